/** From what a person edits to what the server is asked. */

import { type Doc, EMPTY, OPTIONS, freshId, readSeed, seedAfter } from "./model";

export interface Redo {
  readonly job_id: string;
  readonly take: number;
  readonly start_s: number;
  readonly end_s: number;
}

/** Names of the fields of an order that a server knows. */
export type Abilities = ReadonlySet<string>;

const rounded = (seconds: number) => Math.round(seconds * 1e4) / 1e4;

/** The body of POST /v1/jobs. A cue without words is left out; a seed stays digits. */
export function orderOf(clipId: string, doc: Doc, abilities: Abilities, redo: Redo | null = null): Record<string, unknown> {
  const cues = doc.cues
    .filter((cue) => cue.text.trim())
    .map((cue) => ({
      start_s: rounded(cue.start),
      end_s: rounded(cue.end),
      text: cue.text.trim(),
      strength: cue.strength,
      negative: cue.negative.trim(),
    }));
  return {
    clip_id: clipId,
    prompt: doc.prompt.trim(),
    negative_prompt: doc.negative.trim(),
    refine: doc.refine,
    cues,
    hits: doc.onsetsEdited ? doc.onsets.map((onset) => rounded(onset.time)) : null,
    seed: doc.seed,
    takes: redo ? 1 : doc.takes,
    scales: { ...doc.scales },
    original: doc.original,
    loudness: doc.loudness,
    ...Object.fromEntries(OPTIONS.filter((option) => abilities.has(option)).map((option) => [option, doc.options.includes(option)])),
    ...(redo && abilities.has("redo") ? { redo } : {}),
  };
}

/** Why nothing can be asked yet, in a line; null where it can. */
export function notYet(doc: Doc): string | null {
  const empty = doc.cues.find((cue) => !cue.text.trim());
  if (empty) return "A cue has no words yet: it would be left out.";
  if (!doc.prompt.trim() && !doc.cues.length) return "No words: the picture decides what is heard.";
  return null;
}

interface AskedCue {
  readonly start_s: number;
  readonly end_s: number | null;
  readonly text: string;
  readonly strength: number;
  readonly negative: string;
}

/** What was asked for the latest take, to go on from: the words and cues of then, and the next seed. */
export function docOf(request: Record<string, unknown>): Doc {
  const takes = typeof request.takes === "number" ? request.takes : EMPTY.takes;
  const cues = (request.cues ?? []) as AskedCue[];
  const hits = request.hits as number[] | null | undefined;
  return {
    ...EMPTY,
    prompt: String(request.prompt ?? ""),
    negative: String(request.negative_prompt ?? ""),
    cues: cues.flatMap((cue) =>
      cue.end_s === null
        ? []
        : [{ id: freshId("cue"), start: cue.start_s, end: cue.end_s, text: cue.text, negative: cue.negative, strength: cue.strength }],
    ),
    onsets: (hits ?? []).map((time) => ({ id: freshId("hit"), time, sureness: 1, label: "" })),
    onsetsEdited: Boolean(hits),
    seed: seedAfter(readSeed(String(request.seed ?? "0")), takes),
    takes: request.redo ? EMPTY.takes : takes,
    scales: { ...EMPTY.scales, ...pick(request.scales as Record<string, number | null> | undefined) },
    original: (request.original as Doc["original"]) ?? EMPTY.original,
    loudness: request.loudness === undefined ? EMPTY.loudness : (request.loudness as number | null),
    refine: request.refine !== false,
    options: OPTIONS.filter((option) => request[option] === true),
  };
}

function pick(scales: Record<string, number | null> = {}): Partial<Doc["scales"]> {
  return Object.fromEntries(Object.keys(EMPTY.scales).map((name) => [name, scales[name] ?? null]));
}
