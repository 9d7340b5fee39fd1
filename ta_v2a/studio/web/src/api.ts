/** The server's routes that the page uses, and what they answer (docs/openapi.json). */

import type { Abilities } from "./order";

export interface Clip {
  readonly id: string;
  readonly name: string;
  readonly created_s: number;
  readonly duration_s: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly codec: string;
  readonly has_sound: boolean;
  readonly warnings: readonly string[];
}

export interface StemFile {
  readonly name: string;
  readonly file: string;
}

export interface TakeFacts {
  readonly number: number;
  readonly seed: number;
  readonly film: string | null;
  readonly wav: string | null;
  readonly loudness_lufs: number | null;
  readonly score?: number | null;
  readonly stems?: readonly StemFile[];
}

export interface FileFacts {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly media_type: string;
}

export interface Job {
  readonly id: string;
  readonly clip_id: string;
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly created_s: number;
  readonly ahead: number | null;
  readonly done: number;
  readonly total: number;
  readonly error: string | null;
  readonly notices: readonly string[];
  readonly request: Record<string, unknown>;
  readonly takes: readonly TakeFacts[];
  readonly files: readonly FileFacts[];
}

export interface JobEvent {
  readonly kind: string;
  readonly done?: number;
  readonly total?: number;
  readonly text?: string;
  readonly job?: Job;
}

export interface Outline {
  readonly low: number[];
  readonly high: number[];
}

export interface SeenOnset {
  readonly time_s: number;
  readonly sureness: number;
  readonly labels: readonly { readonly label: string; readonly share: number }[];
}

export interface ServerFacts {
  readonly version: string;
  readonly preset: string;
  readonly settings: Record<string, number | string>;
  readonly limits: { readonly clip_bytes: number; readonly clip_s: number; readonly takes: number };
}

/** What the server refused, in its own line. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function refusal(response: Response): Promise<Refused> {
  const said = await response.json().catch(() => ({}));
  return new Refused(response.status, typeof said.error === "string" ? said.error : `the server answered ${response.status}`);
}

async function asked(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new Refused(0, "the server does not answer");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

const json = async <Value>(path: string, init: RequestInit = {}): Promise<Value> => (await asked(path, init)).json();

const posted = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export const server = () => json<ServerFacts>("/v1/server");
export const session = () => json<{ token_required: boolean; authenticated: boolean }>("/v1/session");
export const beginSession = (token: string) => asked("/v1/session", posted({ token }));
export const clips = async () => (await json<{ clips: Clip[] }>("/v1/clips")).clips;
export const clip = (id: string) => json<Clip>(`/v1/clips/${id}`);
export const submit = (order: unknown) => json<Job>("/v1/jobs", posted(order));
export const job = (id: string) => json<Job>(`/v1/jobs/${id}`);
export const cancel = (id: string) => json<Job>(`/v1/jobs/${id}/cancel`, { method: "POST" });
export const filmUrl = (id: string) => `/v1/clips/${id}/film`;
export const fileUrl = (jobId: string, name: string) => `/v1/jobs/${jobId}/files/${encodeURIComponent(name)}`;
export const ownOutline = (id: string, points: number) => json<Outline>(`/v1/clips/${id}/waveform?points=${points}`);
export const takeOutline = (jobId: string, number: number, points: number) =>
  json<Outline>(`/v1/jobs/${jobId}/takes/${number}/waveform?points=${points}`);

/** A strip of pictures side by side; picture number i shows the middle of its stretch. */
export function framesUrl(id: string, count: number, height: number, start = 0, end: number | null = null): string {
  const until = end === null ? "" : `&end_s=${end}`;
  return `/v1/clips/${id}/frames.jpg?count=${count}&height=${height}&start_s=${start}${until}`;
}

/** What is seen to hit; asked again while the server still looks. */
export async function onsets(id: string, patience = 30): Promise<SeenOnset[]> {
  for (let tries = 0; tries < patience; tries += 1) {
    const response = await asked(`/v1/clips/${id}/onsets`);
    if (response.status !== 202) return (await response.json()).onsets;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Refused(0, "the server looks at the picture for too long");
}

/** All jobs about a clip, oldest first. */
export async function jobsOf(clipId: string): Promise<Job[]> {
  const found: Job[] = [];
  let before = "";
  for (let page = 0; page < 50; page += 1) {
    const list = await json<{ jobs: Job[]; next: string | null }>(`/v1/jobs?limit=100&clip_id=${clipId}${before}`);
    found.push(...list.jobs);
    if (list.next === null) break;
    before = `&before=${list.next}`;
  }
  return found.reverse();
}

/** Which optional fields of an order this server knows, by its own description. */
export async function abilities(): Promise<Abilities> {
  try {
    const described = await json<{ components: { schemas: Record<string, { properties?: Record<string, unknown> }> } }>("/openapi.json");
    return new Set(Object.keys(described.components.schemas.JobRequest?.properties ?? {}));
  } catch {
    return new Set();
  }
}

/** Sends a film; `told` gets the share that has gone out. */
export function upload(file: File, told: (share: number) => void): Promise<Clip> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/clips?name=${encodeURIComponent(file.name.slice(0, 255))}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Clip);
      else reject(new Refused(request.status, request.response?.error ?? `the server answered ${request.status}`));
    };
    request.onerror = () => reject(new Refused(0, "the upload was broken off"));
    request.send(file);
  });
}

const KINDS = ["queued", "started", "progress", "notice", "done", "failed", "cancelled", "lost"];
const ENDS = ["done", "failed", "cancelled"];

/** Follows a job until it ends; a stream that breaks is taken up again by the browser. Returns what leaves it. */
export function follow(id: string, told: (event: JobEvent) => void): () => void {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  for (const kind of KINDS)
    source.addEventListener(kind, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as JobEvent;
      if (ENDS.includes(event.kind)) source.close();
      told(event);
    });
  return () => source.close();
}

export async function sound(url: string): Promise<ArrayBuffer> {
  return (await asked(url)).arrayBuffer();
}
