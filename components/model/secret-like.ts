const SHAPES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["a private key or certificate (PEM)", /-----BEGIN [A-Z0-9 ]+-----/],
  ["a JSON Web Token", /\beyJ[\w-]{6,}\.[\w-]+\.[\w-]*/],
  ["a URL with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i],
  [
    "a token",
    /\b(?:hv[sbr]\.[\w-]{16,}|s\.[A-Za-z0-9]{24}\b|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}\b|AIza[\w-]{30,}|sk[-_](?:live|test|proj)[-_]\w{10,}|npm_\w{30,})/,
  ],
];

/** What kind of secret value the text looks like by its form (PEM, JWT, URL with password, known token), or undefined. */
export function secretShape(text: string): string | undefined {
  return SHAPES.find((shape) => shape[1].test(text))?.[0];
}

/**
 * What kind of secret value the text looks like, or undefined: {@link secretShape}, else a run of 16 or more letters and digits
 * that changes between lower case, upper case and digits as often as random text does (words and names change far less).
 */
export function secretLike(text: string): string | undefined {
  const shape = secretShape(text);
  if (shape !== undefined) return shape;
  const random = (text.match(/[A-Za-z0-9+=]{16,}/g) ?? []).some(isRandom);
  return random ? "a random value" : undefined;
}

const CHANGES_OF_RANDOM_TEXT = 0.33;

function isRandom(run: string): boolean {
  const classes = [...run].map((char) => (/[0-9]/.test(char) ? 0 : /[A-Z]/.test(char) ? 1 : 2));
  if (!classes.includes(0) && !(classes.includes(1) && classes.includes(2))) return false;
  const changes = classes.filter((kind, index) => index > 0 && kind !== classes[index - 1]).length;
  return changes / (run.length - 1) >= CHANGES_OF_RANDOM_TEXT;
}

/** The text in quotes for a message; texts that are long, unprintable or look like a secret are described instead. */
export function quote(text: unknown): string {
  if (typeof text !== "string") return describeType(text);
  if (text.length > 80 || secretLike(text) !== undefined || /[^\x20-\x7e]/.test(text))
    return `a text of ${text.length} characters`;
  return JSON.stringify(text);
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : `a value of type ${typeof value}`;
}
