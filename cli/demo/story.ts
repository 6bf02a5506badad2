import { wantsColor, type Io } from "../io";

/** Prints the steps of a demo: one line each, with the time it took; on a terminal also what is going on now. */
export class Story {
  private readonly live: boolean;
  private readonly color: boolean;
  private readonly started = performance.now();

  constructor(private readonly io: Io) {
    this.live = io.stdout.isTTY === true;
    this.color = wantsColor(io.stdout, io.env);
  }

  title(text: string): void {
    this.io.stdout.write(`${this.paint("1", text)}\n\n`);
  }

  /** Runs a step. Its result is the text of its line; further lines are printed below it. */
  async step(name: string, work: () => Promise<string | readonly string[]>): Promise<void> {
    const began = performance.now();
    if (this.live) this.io.stdout.write(`  … ${name}`);
    try {
      const [detail = "", ...more] = [await work()].flat();
      this.line("32", "✔", name, began, detail);
      for (const text of more) this.io.stdout.write(`      ${this.paint("2", text)}\n`);
    } catch (error) {
      this.line("31", "✖", name, began, "");
      throw error;
    }
  }

  end(text: string): void {
    this.io.stdout.write(`\n${text} ${this.paint("2", `(${seconds(this.started)})`)}\n`);
  }

  private line(color: string, sign: string, name: string, began: number, detail: string): void {
    const clear = this.live ? "\r\u001b[2K" : "";
    this.io.stdout.write(
      `${clear}  ${this.paint(color, sign)} ${seconds(began).padStart(6)}  ${this.paint("1", name)}${detail === "" ? "" : `: ${detail}`}\n`,
    );
  }

  private paint(code: string, text: string): string {
    return this.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
