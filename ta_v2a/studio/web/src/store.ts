/** All that the page knows, and what can be done to it. Views listen to `change` and draw what they show. */

import * as api from "./api";
import { type Trial, begun, revealed, voted } from "./blind";
import { History } from "./history";
import { matched } from "./level";
import { audible, isWhole } from "./mixer";
import { type Doc, EMPTY, freshId, seedAfter, seen } from "./model";
import { type Abilities, docOf, orderOf } from "./order";
import type { Player } from "./player";
import { type Take, takesOf } from "./takes";

export type Selection = { readonly kind: "onset" | "cue"; readonly id: string } | null;

export interface Mark {
  readonly take: string;
  readonly start: number;
  readonly end: number;
}

export interface Work {
  readonly id: string;
  readonly done: number;
  readonly total: number;
  readonly ahead: number | null;
  readonly redo: boolean;
}

interface StripState {
  muted: boolean;
  solo: boolean;
}

export const OWN = "own";
const HELD_S = 1500; // of decoded sound; 288 MB a channel

export class Store extends EventTarget {
  clip: api.Clip | null = null;
  facts: api.ServerFacts | null = null;
  abilities: Abilities = new Set();
  history = new History<Doc>(EMPTY);
  jobs: api.Job[] = [];
  takes: Take[] = [];
  work = new Map<string, Work>();
  chosen: string | null = null;
  selection: Selection = null;
  mark: Mark | null = null;
  looking = false;
  pair: [string, string] | null = null;
  matching = true;
  trial: Trial | null = null;
  side: "x" | "y" = "x";
  buffers = new Map<string, AudioBuffer>();
  private readonly strips = new Map<string, StripState>();
  private readonly pending = new Map<string, Promise<void>>();
  private leaving: (() => void)[] = [];

  constructor(readonly player: Player) {
    super();
  }

  get doc(): Doc {
    return this.history.value;
  }

  get take(): Take | null {
    return this.takes.find((take) => take.key === this.chosen) ?? null;
  }

  changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  /** A line for the eye and for a screen reader. */
  say(text: string, wrong = false): void {
    this.dispatchEvent(new CustomEvent("say", { detail: { text, wrong } }));
  }

  wrong(error: unknown): void {
    if (error instanceof api.Refused && error.status === 401) this.dispatchEvent(new Event("token"));
    this.say(error instanceof Error ? error.message : String(error), true);
  }

  // The clip

  async open(clip: api.Clip): Promise<void> {
    this.close();
    this.clip = clip;
    this.player.duration = clip.duration_s;
    this.history = new History<Doc>(this.stored(clip.id));
    this.listen();
    location.hash = `clip=${clip.id}`;
    this.changed();
    for (const line of clip.warnings) this.say(line);
    this.looking = true;
    void this.look(clip);
    try {
      this.jobs = await api.jobsOf(clip.id);
    } catch (error) {
      this.wrong(error);
    }
    if (this.clip !== clip) return;
    this.renewTakes();
    if (this.doc === EMPTY && this.jobs.length) this.history.replace(docOf(this.jobs[this.jobs.length - 1].request));
    for (const job of this.jobs) if (job.state === "queued" || job.state === "running") this.follow(job);
    this.strip(OWN).muted = this.takes.length > 0;
    if (this.takes.length) this.choose(this.takes[this.takes.length - 1].key);
    this.changed();
  }

  close(): void {
    for (const leave of this.leaving) leave();
    this.leaving = [];
    this.player.clear();
    this.clip = null;
    this.jobs = [];
    this.takes = [];
    this.work.clear();
    this.buffers.clear();
    this.strips.clear();
    this.pending.clear();
    this.chosen = this.selection = this.mark = this.pair = this.trial = null;
  }

  private async look(clip: api.Clip): Promise<void> {
    try {
      const found = await api.onsets(clip.id);
      if (this.clip !== clip) return;
      const onsets = found.map((each) => ({
        id: freshId("seen"),
        time: each.time_s,
        sureness: each.sureness,
        label: each.labels[0]?.label ?? "",
      }));
      this.history.replace(seen(this.doc, onsets));
      this.found = onsets;
      this.say(`${onsets.length} ${onsets.length === 1 ? "hit" : "hits"} seen in the picture.`);
    } catch (error) {
      this.wrong(error);
    } finally {
      if (this.clip === clip) {
        this.looking = false;
        this.changed();
      }
    }
  }

  private found: Doc["onsets"] = [];

  /** The hits as the picture shows them, in place of what was edited. */
  asSeen(): void {
    this.edit({ ...this.doc, onsets: this.found, onsetsEdited: false });
  }

  // Editing

  edit(next: Doc, key = ""): void {
    this.history.push(next, key);
    this.keep();
    this.changed();
  }

  undo(): void {
    this.history.undo();
    this.afterStep("Undone.");
  }

  redo(): void {
    this.history.redo();
    this.afterStep("Done again.");
  }

  private afterStep(said: string): void {
    const { doc, selection } = this;
    const list = selection?.kind === "cue" ? doc.cues : doc.onsets;
    if (selection && !list.some((each) => each.id === selection.id)) this.selection = null;
    this.keep();
    this.say(said);
    this.changed();
  }

  select(selection: Selection): void {
    if (selection?.id === this.selection?.id) return;
    this.selection = selection;
    if (selection) this.mark = null;
    this.changed();
  }

  setMark(mark: Mark | null): void {
    this.mark = mark;
    if (mark) this.selection = null;
    this.changed();
  }

  private keep(): void {
    if (!this.clip) return;
    try {
      localStorage.setItem(`ta-v2a:${this.clip.id}`, JSON.stringify(this.doc));
    } catch {
      // a browser that keeps nothing: edits last until the page is left
    }
  }

  private stored(id: string): Doc {
    try {
      const text = localStorage.getItem(`ta-v2a:${id}`);
      return text ? { ...EMPTY, ...(JSON.parse(text) as Doc) } : EMPTY;
    } catch {
      return EMPTY;
    }
  }

  // Sounds that are made

  async make(redo = false): Promise<void> {
    if (!this.clip) return;
    const { mark, take, doc } = this;
    const stretch = redo && mark ? this.takes.find((each) => each.key === mark.take) : undefined;
    const asked =
      redo && mark && stretch
        ? { job_id: stretch.jobId, take: stretch.number, start_s: mark.start, end_s: mark.end }
        : null;
    const seed = asked && take ? seedAfter(this.latestSeed(), 1) : doc.seed;
    try {
      const job = await api.submit(orderOf(this.clip.id, { ...doc, seed }, this.abilities, asked));
      this.jobs = [...this.jobs, job];
      if (!asked) this.history.replace({ ...this.doc, seed: seedAfter(doc.seed, doc.takes) });
      this.keep();
      this.follow(job);
      this.say(asked ? "The stretch is being redone." : "The sound is being made.");
    } catch (error) {
      this.wrong(error);
    }
    this.changed();
  }

  private latestSeed(): string {
    const seeds = this.takes.map((take) => BigInt(take.seed));
    return seeds.reduce((most, seed) => (seed > most ? seed : most), 0n).toString();
  }

  async cancel(id: string): Promise<void> {
    try {
      await api.cancel(id);
    } catch (error) {
      this.wrong(error);
    }
  }

  private follow(job: api.Job): void {
    const redo = Boolean(job.request.redo);
    this.work.set(job.id, { id: job.id, done: job.done, total: job.total, ahead: job.ahead, redo });
    this.leaving.push(api.follow(job.id, (event) => this.told(job.id, redo, event)));
  }

  private told(id: string, redo: boolean, event: api.JobEvent): void {
    if (!this.clip) return;
    if (event.kind === "progress")
      this.work.set(id, { id, done: event.done ?? 0, total: event.total ?? 0, ahead: null, redo });
    else if (event.kind === "notice" && event.text) this.say(event.text);
    else if (event.job) {
      this.work.delete(id);
      this.jobs = this.jobs.map((each) => (each.id === id && event.job ? event.job : each));
      this.renewTakes();
      void this.refreshFacts();
      if (event.kind === "done") this.arrived(id);
      else if (event.kind === "failed") this.say(event.job.error ?? "It could not be made.", true);
      else this.say("Left.");
    }
    this.changed();
  }

  /** What a server knows only once its worker has loaded the weights. */
  private async refreshFacts(): Promise<void> {
    if (this.facts && Object.keys(this.facts.settings).length) return;
    this.facts = await api.server().catch(() => this.facts);
    this.changed();
  }

  private arrived(id: string): void {
    const fresh = this.takes.filter((take) => take.jobId === id);
    if (!fresh.length) return;
    if (fresh.length === this.takes.length) this.strip(OWN).muted = true; // the first ones: they are to be heard
    this.mark = null;
    if (!this.trial) this.choose(fresh[0].key);
    const names = fresh.map((take) => take.letter).join(", ");
    this.say(`${fresh.length === 1 ? `Take ${names} is` : `Takes ${names} are`} ready.`);
  }

  private renewTakes(): void {
    this.takes = takesOf(this.jobs);
    if (!this.pair && this.takes.length > 1) this.pair = [this.takes[0].key, this.takes[1].key];
  }

  // Listening

  strip(key: string): StripState {
    const found = this.strips.get(key) ?? { muted: false, solo: false };
    this.strips.set(key, found);
    return found;
  }

  setStrip(key: string, change: Partial<StripState>): void {
    Object.assign(this.strip(key), change);
    this.listen();
    this.changed();
  }

  choose(key: string): void {
    this.chosen = key;
    if (this.mark && this.mark.take !== key) this.mark = null;
    this.listen();
    this.changed();
  }

  /** The take that is heard: a trial's side, or the chosen one. */
  get heard(): Take | null {
    const key = this.trial ? this.trial[this.side] : this.chosen;
    return this.takes.find((take) => take.key === key) ?? null;
  }

  /** Puts on what is to be heard, and takes everything else off. */
  listen(): void {
    const { heard, clip } = this;
    if (!clip) return;
    const own = this.strip(OWN);
    this.player.video.muted = own.muted || !clip.has_sound;
    const levels = new Map<string, number>();
    if (heard && !own.solo) {
      const match = this.matching ? matched(this.takes.map(({ key, lufs }) => ({ key, lufs }))) : new Map<string, number>();
      const gain = match.get(heard.key) ?? 0;
      const strips = heard.stems.map((stem) => ({ key: stem.key, ...this.strip(stem.key) }));
      if (isWhole(strips)) levels.set(heard.key, gain);
      else for (const key of audible(strips)) levels.set(key, gain);
      void this.load(heard.key, heard.wav);
      if (!isWhole(strips)) for (const stem of heard.stems) void this.load(stem.key, stem.url);
      const other = this.trial?.[this.side === "x" ? "y" : "x"];
      const rival = this.takes.find((take) => take.key === other);
      if (rival) void this.load(rival.key, rival.wav);
    }
    this.player.listen(levels);
  }

  private load(key: string, url: string): Promise<void> {
    const known = this.pending.get(key);
    if (known) return known;
    const clip = this.clip;
    const loading = (async () => {
      const buffer = await this.player.decode(await api.sound(url));
      if (this.clip !== clip) return;
      this.buffers.set(key, buffer);
      this.player.add(key, buffer);
      this.release(key);
      this.changed();
    })().catch((error: unknown) => {
      this.pending.delete(key);
      this.wrong(error);
    });
    this.pending.set(key, loading);
    return loading;
  }

  /** Lets go of sounds that were not needed for longest, where they are too many. */
  private release(newest: string): void {
    let total = 0;
    for (const buffer of this.buffers.values()) total += buffer.duration;
    for (const [key, buffer] of this.buffers) {
      if (total <= HELD_S || key === newest || key === this.heard?.key) continue;
      total -= buffer.duration;
      this.buffers.delete(key);
      this.pending.delete(key);
      this.player.remove(key);
    }
  }

  // Comparing

  setPair(a: string, b: string): void {
    this.pair = [a, b];
    this.trial = null;
    this.listen();
    this.changed();
  }

  setMatching(on: boolean): void {
    this.matching = on;
    this.listen();
    this.changed();
  }

  /** The other one of the pair, at the same moment. */
  swap(): void {
    if (this.trial) this.side = this.side === "x" ? "y" : "x";
    else if (this.pair) this.chosen = this.chosen === this.pair[0] ? this.pair[1] : this.pair[0];
    this.listen();
    const heard = this.trial ? `Side ${this.side.toUpperCase()}` : `Take ${this.take?.letter ?? ""}`;
    this.say(`${heard} is heard.`);
    this.changed();
  }

  hear(side: "x" | "y"): void {
    if (this.trial && this.side !== side) this.swap();
  }

  beginTrial(): void {
    if (!this.pair || this.pair[0] === this.pair[1]) return;
    this.trial = begun(...this.pair);
    this.side = "x";
    this.mark = null;
    this.listen();
    this.say("Blind trial: X and Y are two takes in a hidden order.");
    this.changed();
  }

  vote(side: "x" | "y"): void {
    if (!this.trial) return;
    this.trial = voted(this.trial, side);
    this.side = "x";
    this.listen();
    this.say("Noted. X and Y were dealt out anew.");
    this.changed();
  }

  reveal(): void {
    if (!this.trial) return;
    this.trial = revealed(this.trial);
    this.changed();
  }

  endTrial(): void {
    this.trial = null;
    this.listen();
    this.changed();
  }
}
