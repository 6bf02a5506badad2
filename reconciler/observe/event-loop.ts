/** Watches the lag of the event loop. */
export interface EventLoopMonitor {
  /** Worst lag of the last 10 s, in seconds. */
  lag(): number;
  stop(): void;
}

const BEAT = 1_000;
const BEATS = 10;

/** A beat a second that does not keep the process alive; what a beat comes late is lag. */
export function watchEventLoop(): EventLoopMonitor {
  const lags = new Array<number>(BEATS).fill(0);
  let beat = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lags[beat % BEATS] = Math.max(0, now - last - BEAT);
    beat += 1;
    last = now;
  }, BEAT);
  timer.unref();
  return {
    lag: () => Math.max(...lags, performance.now() - last - BEAT, 0) / 1_000,
    stop: () => clearInterval(timer),
  };
}
