/** What a person edits, as one value that never changes: every edit makes a new one, so undo is a list. */

export interface Onset {
  readonly id: string;
  /** Seconds at which it is to be heard. */
  readonly time: number;
  /** 0 to 1; 1 for what a person has set. */
  readonly sureness: number;
  readonly label: string;
}

export interface Cue {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly negative: string;
  readonly strength: number;
}

export interface Scales {
  readonly num_inference_steps: number | null;
  readonly text_scale: number | null;
  readonly negative_scale: number | null;
  readonly video_scale: number | null;
  readonly align_scale: number | null;
}

/** What may be asked beside the sound. */
export const OPTIONS = ["stems", "pan", "bwf", "cuts", "provenance"] as const;
export type Option = (typeof OPTIONS)[number];

export interface Doc {
  readonly prompt: string;
  readonly negative: string;
  readonly cues: readonly Cue[];
  readonly onsets: readonly Onset[];
  /** Whether a person has moved, added or deleted onsets: only then do they take the picture's place. */
  readonly onsetsEdited: boolean;
  /** Digits: seeds go to 2^64 - 1, past what a number holds. */
  readonly seed: string;
  readonly takes: number;
  readonly scales: Scales;
  readonly original: "replace" | "mix" | "keep";
  readonly loudness: number | null;
  readonly refine: boolean;
  readonly options: readonly Option[];
}

export const EMPTY: Doc = {
  prompt: "",
  negative: "",
  cues: [],
  onsets: [],
  onsetsEdited: false,
  seed: "0",
  takes: 2,
  scales: {
    num_inference_steps: null,
    text_scale: null,
    negative_scale: null,
    video_scale: null,
    align_scale: null,
  },
  original: "replace",
  loudness: -23,
  refine: true,
  options: ["cuts"],
};

export const SHORTEST_CUE_S = 0.05;
export const LAST_SEED = 2n ** 64n - 1n;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

let counter = 0;

/** A name that no other thing of this page has. */
export function freshId(kind: string): string {
  counter += 1;
  return `${kind}-${Date.now().toString(36)}-${counter}`;
}

const byTime = (a: Onset, b: Onset) => a.time - b.time;
const byStart = (a: Cue, b: Cue) => a.start - b.start || a.end - b.end;

/** The onsets that the picture shows, unless a person has edited them. */
export function seen(doc: Doc, onsets: readonly Onset[]): Doc {
  return doc.onsetsEdited ? doc : { ...doc, onsets: [...onsets].sort(byTime) };
}

export function addOnset(doc: Doc, time: number, duration: number, id = freshId("hit")): Doc {
  const onset: Onset = { id, time: clamp(time, 0, duration), sureness: 1, label: "" };
  return { ...doc, onsets: [...doc.onsets, onset].sort(byTime), onsetsEdited: true };
}

export function moveOnset(doc: Doc, id: string, time: number, duration: number): Doc {
  const onsets = doc.onsets.map((each) =>
    each.id === id ? { ...each, time: clamp(time, 0, duration), sureness: 1 } : each,
  );
  return { ...doc, onsets: onsets.sort(byTime), onsetsEdited: true };
}

export function removeOnset(doc: Doc, id: string): Doc {
  return { ...doc, onsets: doc.onsets.filter((each) => each.id !== id), onsetsEdited: true };
}

export function addCue(doc: Doc, start: number, end: number, duration: number, id = freshId("cue")): Doc {
  const [from, to] = stretch(start, end, duration);
  const cue: Cue = { id, start: from, end: to, text: "", negative: "", strength: 1 };
  return { ...doc, cues: [...doc.cues, cue].sort(byStart) };
}

export function changeCue(doc: Doc, id: string, change: Partial<Cue>, duration: number): Doc {
  const cues = doc.cues.map((each) => {
    if (each.id !== id) return each;
    const next = { ...each, ...change };
    const [start, end] = stretch(next.start, next.end, duration);
    return { ...next, start, end };
  });
  return { ...doc, cues: cues.sort(byStart) };
}

export function removeCue(doc: Doc, id: string): Doc {
  return { ...doc, cues: doc.cues.filter((each) => each.id !== id) };
}

/** Two times as a stretch inside of a clip, in order and never empty. */
export function stretch(a: number, b: number, duration: number): [number, number] {
  const start = clamp(Math.min(a, b), 0, Math.max(0, duration - SHORTEST_CUE_S));
  return [start, clamp(Math.max(a, b), start + Math.min(SHORTEST_CUE_S, duration), duration)];
}

/** Moves a stretch without changing its length, as far as the clip goes. */
export function shifted(cue: { start: number; end: number }, by: number, duration: number): [number, number] {
  const delta = clamp(by, -cue.start, duration - cue.end);
  return [cue.start + delta, cue.end + delta];
}

/** The next place worth stopping at, in a direction: an onset, a cue's border, the clip's ends. */
export function nextPlace(doc: Doc, from: number, direction: 1 | -1, duration: number): number {
  const places = [0, duration, ...doc.onsets.map((each) => each.time)];
  for (const cue of doc.cues) places.push(cue.start, cue.end);
  const near = 1e-3;
  const ahead = places.filter((place) => (direction > 0 ? place > from + near : place < from - near));
  if (!ahead.length) return direction > 0 ? duration : 0;
  return direction > 0 ? Math.min(...ahead) : Math.max(...ahead);
}

/** A seed of digits in its range; anything else is 0. */
export function readSeed(text: string): string {
  const digits = text.trim();
  if (!/^\d{1,20}$/.test(digits)) return "0";
  const value = BigInt(digits);
  return (value > LAST_SEED ? LAST_SEED : value).toString();
}

/** The seed after the takes that begin at one. */
export function seedAfter(seed: string, takes: number): string {
  const next = BigInt(readSeed(seed)) + BigInt(takes);
  return (next > LAST_SEED ? 0n : next).toString();
}
