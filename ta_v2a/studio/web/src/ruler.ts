/** The ruler above the timeline. */

import TimelinePlugin from "wavesurfer.js/plugins/timeline";
import { colorsOf } from "./theme";
import { clock } from "./timecode";

/** A ruler of `duration` seconds in `container`, a label every `step` seconds. */
export function rulerOf(container: HTMLElement, duration: number, step: number): InstanceType<typeof TimelinePlugin> {
  return TimelinePlugin.create({
    container,
    height: 22,
    duration,
    timeInterval: step / 5,
    primaryLabelInterval: step,
    secondaryLabelInterval: step,
    secondaryLabelOpacity: 0.6,
    formatTimeCallback: (seconds) => (step < 1 ? clock(seconds).slice(0, -1) : clock(seconds).slice(0, -3)),
    style: { fontSize: "11px", color: colorsOf().faint },
  });
}
