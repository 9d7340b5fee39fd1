/** One clock for picture and sounds: the sounds run on the audio clock, the picture follows it. */

import { gainOf } from "./level";
import { clamp } from "./model";
import { shuttled } from "./shuttle";

interface Track {
  readonly buffer: AudioBuffer;
  readonly gain: GainNode;
  source: AudioBufferSourceNode | null;
}

const RAMP_S = 0.012;
const DRIFT_S = 0.06;

export class Player extends EventTarget {
  private context: AudioContext | null = null;
  private readonly tracks = new Map<string, Track>();
  private levels = new Map<string, number>();
  private rate = 0;
  private anchorPlace = 0;
  private anchorTime = 0;
  private shown = 0;
  private loop = 0;
  /** Seconds from the page's start to the first sound that was heard; null before. */
  firstSound: number | null = null;

  constructor(
    readonly video: HTMLVideoElement,
    public duration = 0,
  ) {
    super();
  }

  get playing(): boolean {
    return this.rate !== 0;
  }

  get speed(): number {
    return this.rate;
  }

  /** The place of the playhead in seconds. */
  get place(): number {
    if (!this.playing) return this.anchorPlace;
    return clamp(this.anchorPlace + (this.time() - this.anchorTime) * this.rate, 0, this.duration);
  }

  private time(): number {
    return this.rate > 0 && this.context ? this.context.currentTime : performance.now() / 1000;
  }

  private audio(): AudioContext {
    this.context ??= new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
    return this.context;
  }

  async decode(data: ArrayBuffer): Promise<AudioBuffer> {
    return this.audio().decodeAudioData(data);
  }

  has(key: string): boolean {
    return this.tracks.has(key);
  }

  add(key: string, buffer: AudioBuffer): void {
    if (this.tracks.has(key)) return;
    const context = this.audio();
    const gain = context.createGain();
    gain.gain.value = this.levels.get(key) ?? 0;
    gain.connect(context.destination);
    const track: Track = { buffer, gain, source: null };
    this.tracks.set(key, track);
    if (this.rate > 0) this.begin(track);
  }

  remove(key: string): void {
    const track = this.tracks.get(key);
    if (!track) return;
    this.stop(track);
    track.gain.disconnect();
    this.tracks.delete(key);
  }

  clear(): void {
    this.pause();
    for (const key of [...this.tracks.keys()]) this.remove(key);
    this.levels.clear();
    this.anchorPlace = 0;
  }

  /** What is heard: gains in dB by track; every other track is silent. Sounds go on: a switch has no gap. */
  listen(levels: ReadonlyMap<string, number>): void {
    this.levels = new Map([...levels].map(([key, db]) => [key, gainOf(db)]));
    for (const [key, track] of this.tracks) {
      const level = this.levels.get(key) ?? 0;
      const { gain } = track.gain;
      const now = this.audio().currentTime;
      gain.cancelScheduledValues(now);
      gain.setValueAtTime(gain.value, now);
      gain.linearRampToValueAtTime(level, now + RAMP_S);
    }
  }

  /** Keys of the tracks that are heard now. */
  heard(): string[] {
    return [...this.tracks.keys()].filter((key) => (this.levels.get(key) ?? 0) > 0);
  }

  /** The loudest sample of what goes to the speakers around now; 0 while nothing plays. */
  level(): number {
    if (this.rate <= 0) return 0;
    let loudest = 0;
    for (const key of this.heard()) {
      const track = this.tracks.get(key);
      if (!track) continue;
      const data = track.buffer.getChannelData(0);
      const middle = Math.round(this.place * track.buffer.sampleRate);
      for (let i = Math.max(0, middle - 1200); i < Math.min(data.length, middle + 1200); i += 4)
        loudest = Math.max(loudest, Math.abs(data[i]) * (this.levels.get(key) ?? 0));
    }
    return loudest;
  }

  private begin(track: Track): void {
    this.stop(track);
    const context = this.audio();
    const source = context.createBufferSource();
    source.buffer = track.buffer;
    source.playbackRate.value = this.rate;
    source.connect(track.gain);
    const place = this.place;
    if (place < track.buffer.duration) source.start(context.currentTime, place);
    track.source = source;
  }

  private stop(track: Track): void {
    track.source?.disconnect();
    track.source = null;
  }

  async play(rate = 1): Promise<void> {
    const from = rate > 0 && this.place >= this.duration - 0.01 ? 0 : this.place;
    if (rate > 0) await this.audio().resume();
    this.anchorPlace = from;
    this.rate = rate;
    this.anchorTime = this.time();
    for (const track of this.tracks.values()) {
      if (rate > 0) this.begin(track);
      else this.stop(track);
    }
    if (rate > 0 && this.firstSound === null && this.heard().length) this.firstSound = performance.now() / 1000;
    this.follow();
    this.dispatchEvent(new Event("state"));
    cancelAnimationFrame(this.loop);
    this.loop = requestAnimationFrame(() => this.tick());
  }

  private follow(): void {
    const { video } = this;
    if (this.rate > 0) {
      video.playbackRate = this.rate;
      video.currentTime = this.place;
      void video.play().catch(() => undefined);
    } else {
      video.pause();
      this.show(this.place);
    }
  }

  pause(): void {
    if (!this.playing) return;
    const place = this.place;
    this.rate = 0;
    this.anchorPlace = place;
    for (const track of this.tracks.values()) this.stop(track);
    this.video.pause();
    this.show(place);
    this.dispatchEvent(new Event("state"));
    this.dispatchEvent(new Event("place"));
  }

  toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  shuttle(key: "j" | "k" | "l"): void {
    const rate = shuttled(this.rate, key);
    if (rate === 0) this.pause();
    else void this.play(rate);
  }

  seek(place: number): void {
    const next = clamp(place, 0, this.duration);
    this.anchorPlace = next;
    this.anchorTime = this.time();
    if (this.rate > 0) for (const track of this.tracks.values()) this.begin(track);
    if (this.rate > 0) this.video.currentTime = next;
    else this.show(next);
    this.dispatchEvent(new Event("place"));
  }

  /** Shows the picture of a time; seeks that come while one is under way are left out but for the last. */
  private show(place: number): void {
    const { video } = this;
    this.shown = place;
    if (video.seeking) return;
    video.currentTime = Math.min(place, Math.max(0, this.duration - 0.001));
    video.addEventListener(
      "seeked",
      () => {
        if (!this.playing && Math.abs(this.shown - place) > 1e-4) this.show(this.shown);
      },
      { once: true },
    );
  }

  private tick(): void {
    if (!this.playing) return;
    const { place, video } = this;
    const over = this.rate > 0 ? place >= this.duration - 1e-3 : place <= 0;
    if (over) {
      this.pause();
      return;
    }
    if (this.rate < 0) this.show(place);
    else if (!video.seeking && Math.abs(video.currentTime - place) > DRIFT_S * Math.max(1, this.rate) * 2)
      video.currentTime = place;
    this.dispatchEvent(new Event("place"));
    this.loop = requestAnimationFrame(() => this.tick());
  }
}
