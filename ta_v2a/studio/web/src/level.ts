/** Takes brought to one loudness, so that the louder one does not win for being louder. */

export interface Loud {
  readonly key: string;
  /** LUFS; null for silence, or where it is not known. */
  readonly lufs: number | null;
}

/** Gains in dB by key: all are brought down to the quietest; nothing is made louder, so nothing clips. */
export function matched(takes: readonly Loud[]): Map<string, number> {
  const known = takes.flatMap((take) => (take.lufs === null ? [] : [take.lufs]));
  const target = known.length ? Math.min(...known) : 0;
  return new Map(takes.map((take) => [take.key, take.lufs === null ? 0 : target - take.lufs]));
}

export function gainOf(db: number): number {
  return 10 ** (db / 20);
}
