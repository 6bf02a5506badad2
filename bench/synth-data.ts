/** Both programs of a comparison write these names; nothing else is shared, so that the plain ones load nothing of keyturn. */
export const TEAMS = 20;
export const PER_CHART = 10;
export const ENVIRONMENT = "prod";
export const KEYS = ["DB_PASSWORD", "DB_USER"] as const;
export const PROPERTIES = ["password", "username"] as const;

export interface Named {
  readonly chart: string;
  readonly id: string;
  readonly name: string;
  readonly team: string;
  /** Where the value lives, relative to the team's prefix. */
  readonly path: string;
}

export function named(index: number): Named {
  const chart = Math.floor(index / PER_CHART);
  const team = `team-${chart % TEAMS}`;
  return {
    chart: `app-${chart}`,
    id: `s${index}`,
    name: `app-${chart}-s${index}`,
    team,
    path: `app-${chart}/s${index}`,
  };
}

/** The object that the declaration of `named(index)` becomes, as a person would write it. */
export function externalSecret({ name, team, path }: Named) {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name,
      namespace: team,
      annotations: { "keyturn.dev/environment": ENVIRONMENT, "keyturn.dev/team": team },
    },
    spec: {
      secretStoreRef: { kind: "SecretStore", name: `keyturn-${ENVIRONMENT}` },
      refreshPolicy: "Periodic",
      refreshInterval: "5m0s",
      target: { name, creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: KEYS.map((secretKey, index) => ({
        secretKey,
        remoteRef: {
          key: `${team}/${path}`,
          property: PROPERTIES[index],
          metadataPolicy: "None",
          conversionStrategy: "Default",
          decodingStrategy: "None",
        },
      })),
    },
  };
}
