import { send } from "../bed/bao";

/** What the secrets of `stacks` read besides `payments/db`, by path and property. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "payments/fx-rates": ["token"],
  "payments/ledger-db": ["username", "password"],
  "payments/ledger-tls": ["certificate", "private_key"],
  "shop/payment-api": ["token"],
  "shop/search": ["key"],
  "shop/sessions": ["signing-key"],
  "shop/catalog": ["database_url"],
  "analytics/warehouse": ["username", "password"],
};

/** Puts the same value everywhere in a KV mount of version 2. */
export async function putCompanyValues(mount: string, value: string): Promise<void> {
  for (const [path, properties] of Object.entries(VALUES))
    await send("POST", `${mount}/data/${path}`, {
      data: Object.fromEntries(properties.map((property) => [property, value])),
    });
}
