/** J, K and L: how fast and whither the playhead runs. */

export const FASTEST = 8;

/** The rate after a key: pressed again in the same direction it doubles, in the other it turns round at 1. */
export function shuttled(rate: number, key: "j" | "k" | "l"): number {
  if (key === "k") return 0;
  const direction = key === "l" ? 1 : -1;
  if (Math.sign(rate) !== direction) return direction;
  return direction * Math.min(FASTEST, Math.abs(rate) * 2);
}
