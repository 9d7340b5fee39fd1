/** Takes of a clip, over all jobs that made any, by the order in which they were asked for. */

import { type Job, fileUrl } from "./api";

export interface Stem {
  readonly key: string;
  readonly name: string;
  readonly url: string;
}

export interface Take {
  readonly key: string;
  readonly jobId: string;
  readonly number: number;
  /** A, B, C, ... Z, AA, AB, ... */
  readonly letter: string;
  readonly seed: string;
  readonly prompt: string;
  readonly wav: string;
  readonly film: string | null;
  readonly lufs: number | null;
  readonly score: number | null;
  readonly stems: readonly Stem[];
  /** The stretch that alone is new, of a take that was redone. */
  readonly redone: { readonly start: number; readonly end: number } | null;
}

export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** The takes of jobs that are done; jobs come oldest first. */
export function takesOf(jobs: readonly Job[]): Take[] {
  const found: Omit<Take, "letter">[] = [];
  for (const job of jobs) {
    if (job.state !== "done") continue;
    const redo = job.request.redo as { start_s: number; end_s: number } | null | undefined;
    const first = BigInt(String(job.request.seed ?? 0));
    for (const take of job.takes) {
      if (!take.wav) continue;
      found.push({
        key: `${job.id}/${take.number}`,
        jobId: job.id,
        number: take.number,
        seed: (first + BigInt(take.number - 1)).toString(),
        prompt: String(job.request.prompt ?? ""),
        wav: fileUrl(job.id, take.wav),
        film: take.film ? fileUrl(job.id, take.film) : null,
        lufs: take.loudness_lufs,
        score: take.score ?? null,
        stems: (take.stems ?? []).map((stem) => ({
          key: `${job.id}/${take.number}/${stem.file}`,
          name: stem.name,
          url: fileUrl(job.id, stem.file),
        })),
        redone: redo ? { start: redo.start_s, end: redo.end_s } : null,
      });
    }
  }
  return found.map((take, index) => ({ ...take, letter: letterOf(index) }));
}
