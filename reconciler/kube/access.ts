/** PEM text, given or in a file that is read again when it changes. */
export type Pem = { readonly kind: "inline"; readonly pem: string } | { readonly kind: "file"; readonly path: string };

/** An exec credential plugin (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly installHint?: string;
  /** `spec.cluster` of the input, when the plugin asks for it. */
  readonly clusterInfo?: Readonly<Record<string, unknown>>;
  /** Folder that a relative command belongs to. */
  readonly directory: string;
}

export type TokenSource =
  | { readonly kind: "none" }
  | { readonly kind: "inline"; readonly token: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "exec"; readonly plugin: ExecPlugin };

/** How to reach one cluster and as whom. */
export interface Access {
  /** What messages call it: `kubeconfig ./kubeconfig, context dev`. */
  readonly source: string;
  readonly server: URL;
  readonly serverName?: string;
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly token: TokenSource;
}
