import {
  appSecret,
  connectionUrl,
  envFile,
  literal,
  tls,
  type AppSecretDeclaration,
  type AppSecretSpec,
  type RolloutOptions,
} from "keyturn";
import type { Tenancy } from "./environments";

/** The ledger is a single instance: it restarts at night. */
export const AT_NIGHT: RolloutOptions = { windows: [{ from: "02:00", to: "04:00", timeZone: "Europe/Berlin" }] };

/**
 * What the applications of one environment need, as plain data: the charts of `gitops` and the components of `platform` make the
 * same objects of it.
 */
export function secretsOf<N extends string>({ payments, shop, analytics, staleFor }: Tenancy<N>) {
  return {
    checkout: {
      db: {
        team: payments,
        name: "app-db-secret",
        keys: { DB_USER: "db#username", DB_PASSWORD: "db#password" }, // <mount>/payments/db
        rotatesEvery: "24h",
        staleFor,
      },
      rates: { team: payments, name: "checkout-rates", keys: { RATES_TOKEN: "fx-rates#token" }, staleFor },
    },
    ledger: {
      // The application reads one URL; user and password are percent-encoded whatever is in them.
      db: {
        team: payments,
        name: "ledger-db",
        keys: { user: "ledger-db#username", password: "ledger-db#password" },
        template: connectionUrl("DATABASE_URL", {
          scheme: "postgresql",
          username: "user",
          password: "password",
          host: literal("ledger-db.payments.example.com"),
          port: literal(5432),
          path: literal("ledger"),
          query: { sslmode: literal("verify-full") },
        }),
        rotatesEvery: "24h",
        staleFor,
      },
      tls: {
        team: payments,
        name: "ledger-tls",
        keys: { certificate: "ledger-tls#certificate", key: "ledger-tls#private_key" },
        template: tls({ certificate: "certificate", key: "key" }),
        rotatesEvery: "720h",
      },
    },
    storefront: {
      api: {
        team: shop,
        name: "storefront-api",
        keys: { PAYMENT_TOKEN: "payment-api#token", SEARCH_KEY: "search#key" },
        staleFor,
      },
      sessions: {
        team: shop,
        name: "storefront-sessions",
        keys: { "session.key": "sessions#signing-key" },
        rotatesEvery: "168h",
      },
    },
    catalog: {
      settings: {
        team: shop,
        name: "catalog-settings",
        keys: { database: "catalog#database_url", search: "search#key" },
        template: envFile({ DATABASE_URL: "database", SEARCH_KEY: "search" }), // the file `.env`
        staleFor,
      },
    },
    reports: {
      // The path is the payments team's: `alsoReads` of the analytics team says why, and until when.
      rates: { team: analytics, name: "reports-rates", keys: { RATES_TOKEN: "/payments/fx-rates#token" }, staleFor },
      warehouse: {
        team: analytics,
        name: "reports-warehouse",
        keys: { WAREHOUSE_USER: "warehouse#username", WAREHOUSE_PASSWORD: "warehouse#password" },
        rotatesEvery: "24h",
      },
    },
  } satisfies Record<string, Record<string, AppSecretSpec<N>>>;
}

/** The same as declarations, for policies that open exactly what they read. */
export function declarationsOf<N extends string>(tenancy: Tenancy<N>): readonly AppSecretDeclaration<N>[] {
  const secrets: Record<string, Record<string, AppSecretSpec<N>>> = secretsOf(tenancy);
  return Object.entries(secrets).flatMap(([application, own]) =>
    Object.entries(own).map(([id, spec]) => appSecret(`${application}-${id}`, spec)),
  );
}
