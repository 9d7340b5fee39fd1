/** What is heard: takes, stems and the clip's own sound; two takes compared, openly or blind. */

import * as api from "./api";
import { type Trial, begun, revealed, voted } from "./blind";
import { matched } from "./level";
import { audible, isWhole } from "./mixer";
import type { Player } from "./player";
import type { Take } from "./takes";

/** A stretch of a take that is marked. */
export interface Mark {
  readonly take: string;
  readonly start: number;
  readonly end: number;
}

interface StripState {
  muted: boolean;
  solo: boolean;
}

export const OWN = "own";
const HELD_S = 1500; // of decoded sound; 288 MB a channel

export abstract class Listening extends EventTarget {
  clip: api.Clip | null = null;
  takes: Take[] = [];
  chosen: string | null = null;
  mark: Mark | null = null;
  pair: [string, string] | null = null;
  matching = true;
  trial: Trial | null = null;
  side: "x" | "y" = "x";
  buffers = new Map<string, AudioBuffer>();
  private readonly strips = new Map<string, StripState>();
  private readonly pending = new Map<string, Promise<void>>();

  constructor(readonly player: Player) {
    super();
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

  get take(): Take | null {
    return this.takes.find((take) => take.key === this.chosen) ?? null;
  }

  /** Lets go of a clip and of all that was heard of it. */
  protected hush(): void {
    this.player.clear();
    this.clip = null;
    this.takes = [];
    this.buffers.clear();
    this.strips.clear();
    this.pending.clear();
    this.chosen = this.mark = this.pair = this.trial = null;
  }

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
