/** Times as editors write them. */

/** Minutes, seconds and hundredths: 1:02.50. */
export function clock(seconds: number): string {
  const hundredths = Math.max(0, Math.round(seconds * 100));
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${minutes}:${rest}`;
}

/** Minutes, seconds and the number of the picture in its second, counted by the nearest whole rate. */
export function frames(seconds: number, fps: number): string {
  const rate = Math.max(1, Math.round(fps));
  const whole = Math.floor(Math.max(0, seconds) * fps + 1e-6);
  const second = Math.floor(whole / rate);
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${pad(Math.floor(second / 60))}:${pad(second % 60)}:${pad(whole % rate)}`;
}

/** Seconds of "1.5", "1:02.5" or "0:01:02"; null for what is no time. */
export function readTime(text: string): number | null {
  const parts = text.trim().replace(",", ".").split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(\.\d*)?$|^\.\d+$/.test(part))) return null;
  return parts.reduce((total, part) => total * 60 + Number(part), 0);
}

/** A step between labels on a ruler that leaves room for them, in seconds. */
export function labelStep(pixelsPerSecond: number, room = 72): number {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  return steps.find((step) => step * pixelsPerSecond >= room) ?? 1200;
}

/** The beginning of the picture that is shown at a time. */
export function snapped(seconds: number, fps: number): number {
  return Math.round(seconds * fps) / fps;
}
