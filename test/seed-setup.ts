import fc from "fast-check";

// Property tests without a seed of their own follow `KEYTURN_SEED` too.
if (process.env["KEYTURN_SEED"] !== undefined) fc.configureGlobal({ seed: Number(process.env["KEYTURN_SEED"]) });
