/** All that the page knows, and what can be done to it. Views listen to `change` and draw what they show; `progress`,
 * many times a second, says only how far the work is, so that no button is drawn anew under a hand. */

import * as api from "./api";
import { History } from "./history";
import { Listening, type Mark, OWN } from "./listening";
import { type Doc, EMPTY, freshId, seedAfter, seen } from "./model";
import { type Abilities, docOf, orderOf } from "./order";
import { takesOf } from "./takes";

export type Selection = { readonly kind: "onset" | "cue"; readonly id: string } | null;

export interface Work {
  readonly id: string;
  readonly done: number;
  readonly total: number;
  readonly ahead: number | null;
  readonly redo: boolean;
}

export class Store extends Listening {
  facts: api.ServerFacts | null = null;
  abilities: Abilities = new Set();
  history = new History<Doc>(EMPTY);
  jobs: api.Job[] = [];
  work = new Map<string, Work>();
  selection: Selection = null;
  looking = false;
  private leaving: (() => void)[] = [];

  get doc(): Doc {
    return this.history.value;
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
    this.hush();
    this.jobs = [];
    this.work.clear();
    this.selection = null;
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
    if (event.kind === "progress") {
      this.work.set(id, { id, done: event.done ?? 0, total: event.total ?? 0, ahead: null, redo });
      this.dispatchEvent(new Event("progress"));
      return;
    }
    if (event.kind === "notice" && event.text) this.say(event.text);
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
}
