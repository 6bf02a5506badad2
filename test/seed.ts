/**
 * Of every random choice of the tests; a failure shows it. `KEYTURN_SEED` repeats one. Without it each run takes another, except in
 * `.ci/run`, which derives it from the tree: there one tree gets one verdict, and the next tree new seeds.
 */
export const seed = Number(process.env["KEYTURN_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
