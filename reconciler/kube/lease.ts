import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, type KubernetesObject } from "../../api";
import { KubeError } from "./error";
import { resourcePath } from "./path";
import { LEASES } from "./resources";
import type { KubeClient } from "./types";

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Default `<hostname>_<uuid>`, as client-go. */
  readonly identity?: string;
  /** Seconds, whole: how long others wait after the last sign of life. Default 15. */
  readonly leaseDuration?: number;
  /** Milliseconds within which a renewal must succeed. Default 10,000. */
  readonly renewDeadline?: number;
  /** Milliseconds between two tries. Default 2,000. */
  readonly retryPeriod?: number;
  /** Called once when leadership is lost (not when it is released): stop all writes and exit. */
  readonly onLost?: (cause: string) => void;
  /** A failed try; it goes on trying. */
  readonly onError?: (error: Error) => void;
}

/** Leader election over a Lease (coordination.k8s.io/v1), same wire format and rules as client-go. */
export interface Lease {
  readonly identity: string;
  /** Waits until this process leads. Rejects when released before. */
  acquire(): Promise<void>;
  /** To be asked at each write: false as soon as the last renewal is older than 4/5 of the deadline, also when the event loop stood still. */
  isLeader(): boolean;
  /** Gives leadership up, so that the next one need not wait. Call it when all work has ended. */
  release(): Promise<void>;
}

export function createLease(client: KubeClient, options: LeaseOptions): Lease {
  return new Elector(client, options);
}

type State = "idle" | "candidate" | "leader" | "lost" | "released";

class Elector implements Lease {
  readonly identity: string;
  private state: State = "idle";
  private readonly stopping = new AbortController();
  private renewing: Promise<void> = Promise.resolve();
  /** The record as last seen, and when (by our own clock) it last changed: clocks of hosts are never compared. */
  private observed: KubernetesObject | undefined;
  private observedSpec = "";
  private changedAt = 0;
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: KubeClient,
    private readonly options: LeaseOptions,
  ) {
    this.identity = options.identity ?? `${hostname()}_${randomUUID()}`;
  }

  async acquire(): Promise<void> {
    if (this.state !== "idle") throw new Error(`acquire() of a lease that is ${this.state}`);
    this.state = "candidate";
    while (this.state === "candidate") {
      if (await this.attempt()) {
        this.state = "leader";
        this.renewing = this.renew();
        return;
      }
      await this.pause(this.retryPeriod * (1 + 0.2 * Math.random()));
    }
    throw new Error("the lease was released before it was acquired");
  }

  isLeader(): boolean {
    return this.state === "leader" && performance.now() - this.renewedAt <= this.renewDeadline * 0.8;
  }

  async release(): Promise<void> {
    const led = this.state === "leader";
    this.state = "released";
    this.stopping.abort();
    await this.renewing;
    if (!led || this.observed === undefined) return;
    const now = microTime(new Date());
    try {
      await this.put({
        ...spec(this.observed),
        holderIdentity: "",
        leaseDurationSeconds: 1,
        renewTime: now,
        acquireTime: now,
      });
    } catch (error) {
      // The others take over when it runs out.
      this.report(error);
    }
  }

  private get renewDeadline(): number {
    return this.options.renewDeadline ?? 10_000;
  }

  private get retryPeriod(): number {
    return this.options.retryPeriod ?? 2_000;
  }

  private async renew(): Promise<void> {
    for (;;) {
      await this.pause(this.retryPeriod);
      if (this.state !== "leader") return;
      const renewed = await this.attempt();
      if (this.state !== "leader" || renewed) continue;
      const holder = this.observed === undefined ? undefined : spec(this.observed).holderIdentity;
      if (typeof holder === "string" && holder !== "" && holder !== this.identity)
        return this.lose(`${holder} holds it now`);
      const age = performance.now() - this.renewedAt;
      if (age >= this.renewDeadline) return this.lose(`it could not be renewed for ${Math.round(age / 1_000)} s`);
    }
  }

  private lose(cause: string): void {
    this.state = "lost";
    this.options.onLost?.(cause);
  }

  /** One try to take or keep the lease. */
  private async attempt(): Promise<boolean> {
    const started = performance.now();
    try {
      if (this.state === "leader" && this.observed !== undefined) {
        try {
          await this.put(this.ours(this.observed));
          this.renewedAt = started;
          return true;
        } catch (error) {
          if (!(error instanceof KubeError) || error.status !== 409) throw error;
        }
      }
      const taken = await this.take();
      if (taken) this.renewedAt = started;
      return taken;
    } catch (error) {
      // A conflict is another candidate being faster.
      if (!(error instanceof KubeError && error.status === 409)) this.report(error);
      return false;
    }
  }

  private async take(): Promise<boolean> {
    const { namespace, name } = this.options;
    let current: KubernetesObject;
    try {
      current = await this.client.request<KubernetesObject>({
        method: "GET",
        path: resourcePath(LEASES, { namespace, name }),
        timeout: this.retryPeriod * 2.5,
      });
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 404) throw error;
      const now = microTime(new Date());
      this.observe(
        await this.client.create<KubernetesObject>(LEASES, {
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name, namespace },
          spec: {
            holderIdentity: this.identity,
            leaseDurationSeconds: this.options.leaseDuration ?? 15,
            acquireTime: now,
            renewTime: now,
            leaseTransitions: 0,
          },
        }),
      );
      return true;
    }
    this.observe(current);
    const { holderIdentity, leaseDurationSeconds } = spec(current);
    const free = holderIdentity === undefined || holderIdentity === "" || holderIdentity === this.identity;
    const duration =
      typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : (this.options.leaseDuration ?? 15);
    if (!free && performance.now() - this.changedAt < duration * 1_000) return false;
    await this.put(this.ours(current));
    return true;
  }

  /** The spec with us as holder; fields we do not know (strategy, preferredHolder) stay. */
  private ours(current: KubernetesObject): Record<string, unknown> {
    const before = spec(current);
    const now = microTime(new Date());
    const kept = before.holderIdentity === this.identity;
    const transitions = typeof before.leaseTransitions === "number" ? before.leaseTransitions : 0;
    return {
      ...before,
      holderIdentity: this.identity,
      leaseDurationSeconds: this.options.leaseDuration ?? 15,
      acquireTime: kept ? before.acquireTime : now,
      renewTime: now,
      leaseTransitions: kept ? transitions : transitions + 1,
    };
  }

  private async put(next: Record<string, unknown>): Promise<void> {
    const { namespace, name } = this.options;
    this.observe(
      await this.client.request<KubernetesObject>({
        method: "PUT",
        path: resourcePath(LEASES, { namespace, name }),
        body: { ...this.observed, spec: next },
        timeout: this.retryPeriod * 2.5,
      }),
    );
  }

  private observe(lease: KubernetesObject): void {
    const text = JSON.stringify(lease.spec ?? {});
    if (text !== this.observedSpec) {
      this.observedSpec = text;
      this.changedAt = performance.now();
    }
    this.observed = lease;
  }

  private report(error: unknown): void {
    this.options.onError?.(error instanceof Error ? error : new Error("a try to get the lease failed"));
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

function spec(lease: KubernetesObject): Readonly<Record<string, unknown>> {
  return isRecord(lease.spec) ? lease.spec : {};
}

/** Kubernetes' MicroTime: RFC 3339 with exactly six digits of a second. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");
}
