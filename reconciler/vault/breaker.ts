/** Why a breaker is open. */
export interface Outage {
  readonly failure: "Sealed" | "Unreachable";
  /** In words, without the address. */
  readonly words: string;
}

export interface BreakerOptions {
  /** Asks the server how it is: undefined when it works. Must not throw. */
  readonly probe: () => Promise<Outage | undefined>;
  readonly onOpen: (outage: Outage) => void;
  readonly onClose: () => void;
  /** Milliseconds before the first probe, doubling to the cap. */
  readonly first: number;
  readonly cap: number;
  /** Milliseconds without a caller after which probing stops until the next one. */
  readonly idleAfter: number;
}

type State =
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      readonly outage: Outage;
      readonly probeAt: number;
      readonly timer: NodeJS.Timeout | undefined;
    }
  | { readonly kind: "probing"; readonly outage: Outage };

/**
 * Spares a server that is sealed or unreachable: once open, callers fail at once with the same cause, and a single probe looks for
 * the server's return after 1, 2, 4 .. 30 s. The waits grow on until a real call has worked, so that a probe that is right but does
 * not help (one sealed namespace of a healthy server) cannot make calls and probes alternate quickly.
 */
export class Breaker {
  private state: State = { kind: "closed" };
  private probes = 0;
  private askedAt = performance.now();
  /** Counts changes, so that calls begun before one do not speak about what came after it. */
  private epoch = 0;

  constructor(private readonly options: BreakerOptions) {}

  /** Why the call may not be sent; undefined when it may. */
  refusal(): (Outage & { readonly retryAfterMs: number }) | undefined {
    this.askedAt = performance.now();
    const { state } = this;
    switch (state.kind) {
      case "closed":
        return undefined;
      case "probing":
        return { ...state.outage, retryAfterMs: 1_000 };
      case "open": {
        const retryAfterMs = Math.max(0, state.probeAt - this.askedAt);
        // Probing had stopped for want of callers.
        if (state.timer === undefined) void this.probe();
        return { ...state.outage, retryAfterMs };
      }
    }
  }

  get isOpen(): boolean {
    return this.state.kind !== "closed";
  }

  /** To be handed back with the outcome of a call. */
  begin(): number {
    return this.epoch;
  }

  worked(epoch: number): void {
    if (epoch === this.epoch && this.state.kind === "closed") this.probes = 0;
  }

  failed(epoch: number, outage: Outage): void {
    if (epoch !== this.epoch || this.state.kind !== "closed") return;
    this.epoch += 1;
    this.wait(outage);
    this.options.onOpen(outage);
  }

  close(): void {
    if (this.state.kind === "open") clearTimeout(this.state.timer);
    this.state = { kind: "closed" };
  }

  private wait(outage: Outage): void {
    const delay = Math.min(this.options.cap, this.options.first * 2 ** this.probes);
    this.probes += 1;
    const probeAt = performance.now() + delay;
    const timer = setTimeout(() => {
      if (performance.now() - this.askedAt <= this.options.idleAfter) void this.probe();
      else this.state = { kind: "open", outage, probeAt, timer: undefined };
    }, delay);
    timer.unref();
    this.state = { kind: "open", outage, probeAt, timer };
  }

  private async probe(): Promise<void> {
    if (this.state.kind !== "open") return;
    clearTimeout(this.state.timer);
    const probing: State = { kind: "probing", outage: this.state.outage };
    this.state = probing;
    const outage = await this.options.probe();
    if (this.state !== probing) return;
    if (outage !== undefined) return this.wait(outage);
    this.epoch += 1;
    this.state = { kind: "closed" };
    this.options.onClose();
  }
}
