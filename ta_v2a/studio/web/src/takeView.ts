/** The waveform of one take, and of the chosen one its spectrogram; a stretch of it can be marked to be redone. */

import WaveSurfer from "wavesurfer.js";
import Regions from "wavesurfer.js/plugins/regions";
import Spectrogram from "wavesurfer.js/plugins/spectrogram";
import type { Outline } from "./api";

type Plugin = ReturnType<typeof Regions.create>;

export interface Colors {
  readonly wave: string;
  readonly stretch: string;
}

export interface TakeEvents {
  readonly clicked: (time: number) => void;
  readonly marked: (stretch: { start: number; end: number } | null) => void;
}

const SPECTROGRAM_PX = 104;

/** Black over violet and orange to white: how loud, in steps that also a colour-blind eye tells apart. */
export function heat(): number[][] {
  const stops = [
    [0.0, 14, 15, 19],
    [0.35, 62, 38, 102],
    [0.6, 178, 62, 92],
    [0.82, 247, 148, 64],
    [1.0, 255, 246, 208],
  ];
  return Array.from({ length: 256 }, (_, index) => {
    const at = index / 255;
    const next = Math.max(1, stops.findIndex((stop) => stop[0] >= at));
    const [from, to] = [stops[next - 1], stops[next]];
    const share = (at - from[0]) / (to[0] - from[0]);
    return [...[1, 2, 3].map((i) => (from[i] + share * (to[i] - from[i])) / 255), 1];
  });
}

export class TakeView {
  private surfer: WaveSurfer | null = null;
  private regions: Plugin | null = null;
  private channels: Float32Array[] = [new Float32Array(2)];
  private mark: { start: number; end: number } | null = null;
  private filling = false;
  private withSpectrogram = false;
  private readonly wave = document.createElement("div");
  private readonly picture = document.createElement("div");

  constructor(
    place: HTMLElement,
    private readonly duration: number,
    private colors: Colors,
    private readonly events: TakeEvents,
    private readonly canMark: boolean,
    private readonly height = 52,
  ) {
    this.wave.className = "wave";
    this.picture.className = "spectrogram";
    place.append(this.wave, this.picture);
    this.draw();
  }

  /** The outline that the server gives quickly. */
  outline(outline: Outline): void {
    if (this.channels[0].length > 2 + outline.high.length) return;
    this.channels = [Float32Array.from(outline.high), Float32Array.from(outline.low, (value) => -value)];
    this.draw();
  }

  /** The samples themselves, which the spectrogram needs. */
  samples(buffer: AudioBuffer): void {
    this.channels = Array.from({ length: buffer.numberOfChannels }, (_, index) => buffer.getChannelData(index));
    this.draw();
  }

  spectrogram(on: boolean): void {
    if (on === this.withSpectrogram) return;
    this.withSpectrogram = on;
    this.draw();
  }

  paint(colors: Colors): void {
    this.colors = colors;
    this.surfer?.setOptions({ waveColor: colors.wave, progressColor: colors.wave });
  }

  /** The stretch to be redone, or none. */
  stretch(mark: { start: number; end: number } | null): void {
    this.mark = mark;
    this.showMark();
  }

  private draw(): void {
    this.surfer?.destroy();
    this.picture.replaceChildren();
    const exact = this.channels[0].length > 48000 * Math.min(0.5, this.duration * 0.5);
    this.picture.hidden = !(this.withSpectrogram && exact);
    const surfer = WaveSurfer.create({
      container: this.wave,
      height: this.height,
      peaks: this.channels,
      duration: this.duration,
      waveColor: this.colors.wave,
      progressColor: this.colors.wave,
      cursorWidth: 0,
      hideScrollbar: true,
    });
    this.surfer = surfer;
    if (!this.picture.hidden)
      surfer.registerPlugin(
        Spectrogram.create({
          container: this.picture,
          height: SPECTROGRAM_PX,
          fftSamples: 1024,
          frequencyMin: 20,
          frequencyMax: 20000,
          scale: "mel",
          labels: false,
          colorMap: heat(),
          gainDB: 22,
          rangeDB: 84,
        }),
      );
    this.regions = null;
    if (this.canMark) this.addMarks(surfer);
    surfer.on("click", (x) => {
      if (this.mark) this.events.marked(null);
      this.events.clicked(x * this.duration);
    });
  }

  private addMarks(surfer: WaveSurfer): void {
    const regions = surfer.registerPlugin(Regions.create());
    surfer.on("ready", () => {
      regions.enableDragSelection({ color: this.colors.stretch }, 4);
      this.regions = regions; // before, it has no duration: a region would lie at 0
      this.showMark();
    });
    regions.on("region-created", (region) => {
      if (this.filling) return;
      const { start, end } = region;
      region.remove();
      // After the click that ends the drag: choosing the take draws it anew, and then nothing would hold that click back.
      requestAnimationFrame(() => this.events.marked({ start, end }));
    });
    regions.on("region-updated", (region) => this.events.marked({ start: region.start, end: region.end }));
    regions.on("region-clicked", (_, event) => event.stopPropagation());
  }

  private showMark(): void {
    if (!this.regions) return;
    this.filling = true;
    this.regions.clearRegions();
    if (this.mark) {
      const region = this.regions.addRegion({ ...this.mark, color: this.colors.stretch, minLength: 0.1 });
      region.element?.setAttribute("aria-label", "Stretch to redo");
      region.element?.setAttribute("role", "group");
    }
    this.filling = false;
  }

  destroy(): void {
    this.surfer?.destroy();
    this.wave.remove();
    this.picture.remove();
  }
}
