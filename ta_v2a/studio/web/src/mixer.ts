/** What is heard of several tracks: muted ones are not, and beside soloed ones nothing else is. */

export interface Strip {
  readonly key: string;
  readonly muted: boolean;
  readonly solo: boolean;
}

export function audible(strips: readonly Strip[]): Set<string> {
  const soloed = strips.some((strip) => strip.solo);
  return new Set(strips.filter((strip) => !strip.muted && (!soloed || strip.solo)).map((strip) => strip.key));
}

/** Whether the stems sound just as the whole take does: all of them are heard. */
export function isWhole(strips: readonly Strip[]): boolean {
  return audible(strips).size === strips.length;
}
