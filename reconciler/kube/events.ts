import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../../api";
import type { Log, Metrics } from "../observe/types";
import { KubeError } from "./error";
import { EVENTS } from "./resources";
import type { KubeClient } from "./types";

export type EventType = "Normal" | "Warning";

/** The object an event is about. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for cluster-scoped kinds: their events go to namespace `default`. */
  readonly namespace?: string;
  readonly uid?: string;
}

export interface EventSender {
  /**
   * Puts an event (core/v1) on its way and returns at once; sending happens in the background and never fails the caller. `reason`
   * is UpperCamelCase; `message` is shown to users and cut at 1,024 characters. An event equal to one of the last minutes is left out.
   */
  send(target: EventTarget, type: EventType, reason: string, message: string): void;
  /** Sends what is waiting, for at most `withinMs` (default 2,000), and ends. */
  close(withinMs?: number): Promise<void>;
}

export interface EventOptions {
  readonly component?: string;
  /** `reportingInstance`: the pod's name. */
  readonly instance: string;
  readonly metrics?: Metrics;
  readonly log?: Log;
  /** Events waiting at most; beyond that the oldest Normal ones are dropped, then the oldest Warnings. Default 1,000. */
  readonly capacity?: number;
  /** Events a second in the long run, and at once. Defaults 10 and 50. */
  readonly rate?: number;
  readonly burst?: number;
  /** Milliseconds for which an equal event is left out. Default 300,000. */
  readonly repeatAfter?: number;
}

interface Pending {
  readonly type: EventType;
  readonly event: KubernetesObject;
}

const MESSAGE_LIMIT = 1_024;
/** Equal events remembered. */
const MEMORY = 4_096;

/** A bounded background sender of Events. Every event ends in `keyturn_events_total` with an outcome. */
export function createEventSender(client: KubeClient, options: EventOptions): EventSender {
  return new Sender(client, options);
}

class Sender implements EventSender {
  private readonly waiting: Record<EventType, Pending[]> = { Normal: [], Warning: [] };
  private readonly sentAt = new Map<string, number>();
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private closed = false;
  private tokens: number;
  private filledAt = performance.now();
  private sequence = 0;

  constructor(
    private readonly client: KubeClient,
    private readonly options: EventOptions,
  ) {
    this.tokens = options.burst ?? 50;
  }

  send(target: EventTarget, type: EventType, reason: string, message: string): void {
    if (this.closed) return this.count("dropped");
    const { kind, namespace = "", name, uid = "" } = target;
    if (this.repeated([kind, namespace, name, uid, type, reason, message])) return this.count("repeated");
    this.waiting[type].push({ type, event: this.compose(target, type, reason, message) });
    while (this.waiting.Normal.length + this.waiting.Warning.length > (this.options.capacity ?? 1_000)) {
      if (this.waiting.Normal.shift() === undefined) this.waiting.Warning.shift();
      this.count("dropped");
    }
    this.running ??= this.run();
  }

  async close(withinMs = 2_000): Promise<void> {
    this.closed = true;
    const timer = setTimeout(() => this.closing.abort(), withinMs);
    await this.running;
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    let failures = 0;
    // A reconcile comes first: nothing is sent in its own turn of the loop.
    await Promise.resolve();
    while (!this.closing.signal.aborted) {
      const next = this.waiting.Warning[0] ?? this.waiting.Normal[0];
      if (next === undefined) {
        this.running = undefined;
        return;
      }
      await this.pause(this.takeToken());
      if (this.closing.signal.aborted) break;
      // It may have been dropped meanwhile.
      const index = this.waiting[next.type].indexOf(next);
      if (index === -1) continue;
      this.waiting[next.type].splice(index, 1);
      const wait = await this.post(next, failures);
      if (wait === undefined) failures = 0;
      else {
        failures += 1;
        await this.pause(wait);
      }
    }
    const left = this.waiting.Normal.length + this.waiting.Warning.length;
    for (let index = 0; index < left; index++) this.count("dropped");
  }

  /** Milliseconds to wait when the server is away (the event stays first in line); undefined when the event is done with. */
  private async post(pending: Pending, failures: number): Promise<number | undefined> {
    try {
      await this.client.create(EVENTS, pending.event);
      this.count("sent");
      return undefined;
    } catch (error) {
      const kube = error instanceof KubeError ? error : undefined;
      const away = kube !== undefined && (kube.status === 0 || kube.status === 429 || kube.status >= 500);
      if (!away) {
        // Its namespace is gone, or events are not allowed: trying again would not help.
        this.count("failed");
        this.options.log?.debug("an event was not accepted", {
          object: pending.event.metadata.name,
          ...(kube === undefined ? {} : { code: kube.code }),
        });
        return undefined;
      }
      this.waiting[pending.type].unshift(pending);
      return Math.max(kube.retryAfterMs ?? 0, Math.min(30_000, 1_000 * 2 ** failures));
    }
  }

  private repeated(parts: readonly string[]): boolean {
    const now = performance.now();
    const key = hash("sha256", parts.join("\0"), "base64");
    const before = this.sentAt.get(key);
    if (before !== undefined && now - before < (this.options.repeatAfter ?? 300_000)) return true;
    this.sentAt.delete(key);
    this.sentAt.set(key, now);
    const [oldest] = this.sentAt.keys();
    if (this.sentAt.size > MEMORY && oldest !== undefined) this.sentAt.delete(oldest);
    return false;
  }

  /** Milliseconds until the next event may be sent. */
  private takeToken(): number {
    const rate = this.options.rate ?? 10;
    const now = performance.now();
    this.tokens = Math.min(this.options.burst ?? 50, this.tokens + ((now - this.filledAt) / 1_000) * rate);
    this.filledAt = now;
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : (-this.tokens / rate) * 1_000;
  }

  private compose(target: EventTarget, type: EventType, reason: string, message: string): KubernetesObject {
    const component = this.options.component ?? "keyturn";
    const now = new Date();
    const time = now.toISOString().replace(/\.\d+Z$/, "Z");
    this.sequence += 1;
    // As client-go: the object's name and a number that is not used twice; names end at 253 characters.
    const suffix = `${now.getTime().toString(16)}${(this.sequence % 65_536).toString(16).padStart(4, "0")}`;
    const { apiVersion, kind, name, namespace, uid } = target;
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name.slice(0, 230)}.${suffix}`, namespace: namespace ?? "default" },
      involvedObject: {
        apiVersion,
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
      },
      type,
      reason,
      message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT - 3)}...` : message,
      source: { component },
      reportingComponent: component,
      reportingInstance: this.options.instance.slice(0, 128),
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
  }

  private count(outcome: "sent" | "failed" | "dropped" | "repeated"): void {
    this.options.metrics?.count("keyturn_events_total", { outcome });
  }

  private async pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0)
      await sleep(milliseconds, undefined, { signal: this.closing.signal, ref: false }).catch(() => undefined);
  }
}
