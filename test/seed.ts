/**
 * Of every random choice of the tests; a failure shows it. `KEYTURN_SEED` repeats one. Without it each run takes another, except in
 * `.ci/run`, which repeats one: there a tree gets the same verdict each time.
 */
export const seed = Number(process.env["KEYTURN_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
