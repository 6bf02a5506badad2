import { readFileSync } from "node:fs";
import { KeyturnError } from "../../api";
import { createOrigin, retireOrigin, type Origin } from "../http";
import type { Access, Pem } from "./access";
import { runExecPlugin, type ExecCredential } from "./exec-plugin";

/** Credentials and connections as they are now; equal objects mean nothing has changed. */
export interface Current {
  /** Shared, kept alive. */
  readonly requests: Origin;
  /** One connection per stream, closed after it. */
  readonly streams: Origin;
  readonly authorization: string | undefined;
}

export interface ConnectionOptions {
  readonly maxSockets: number;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds between two looks at the files; client-go's period by default. */
  readonly rereadAfter?: number;
  /** Told when a file that was readable no longer is; the last good content is used on. */
  readonly onWarning?: (error: KeyturnError) => void;
}

interface Material {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Keeps the credentials fresh: token and certificate files are read again every 60 s and at once when the server refuses them,
 * an exec plugin is run again when its answer expires or is refused. New certificates get new connections; calls in flight end on
 * the old ones.
 */
export class Connection {
  private material: Material;
  private requests: Origin;
  private streams: Origin;
  private authorization: string | undefined;
  private current: Current;
  private readAt = performance.now();
  private exec: ExecCredential | undefined;
  private execRun: Promise<void> | undefined;

  /** @throws KeyturnError when a certificate, key or token cannot be read or is malformed */
  constructor(
    readonly access: Access,
    private readonly options: ConnectionOptions,
  ) {
    this.material = this.readMaterial();
    [this.requests, this.streams] = this.open(this.material);
    this.authorization = this.readAuthorization();
    this.current = this.compose();
  }

  /** What to send the next call with. */
  ready(): Current | Promise<Current> {
    if (this.access.token.kind === "exec") {
      const expired = this.exec?.expiresAt !== undefined && this.exec.expiresAt - 10_000 <= Date.now();
      if (this.exec === undefined || expired) return this.runExec().then(() => this.latest());
    }
    return this.latest();
  }

  private latest(): Current {
    if (performance.now() - this.readAt >= (this.options.rereadAfter ?? 60_000)) this.reread();
    return this.current;
  }

  /** The server refused `used` (401, or its certificate is not trusted): looks for something newer. True when there is. */
  async renew(used: Current): Promise<boolean> {
    if (used === this.current) {
      if (this.access.token.kind === "exec") await this.runExec();
      else this.reread();
    }
    return used !== this.current;
  }

  close(): void {
    retireOrigin(this.requests);
    retireOrigin(this.streams);
  }

  private reread(): void {
    this.readAt = performance.now();
    try {
      this.replace(this.readMaterial(), this.readAuthorization());
    } catch (error) {
      if (error instanceof KeyturnError) this.options.onWarning?.(error);
      else throw error;
    }
  }

  private replace(material: Material, authorization: string | undefined): void {
    const { ca, cert, key } = this.material;
    const sameMaterial = material.ca === ca && material.cert === cert && material.key === key;
    if (sameMaterial && authorization === this.authorization) return;
    if (!sameMaterial) {
      const old = [this.requests, this.streams];
      [this.requests, this.streams] = this.open(material);
      this.material = material;
      old.forEach(retireOrigin);
    }
    this.authorization = authorization;
    this.current = this.compose();
  }

  private compose(): Current {
    return { requests: this.requests, streams: this.streams, authorization: this.authorization };
  }

  private runExec(): Promise<void> {
    const { token, source } = this.access;
    if (token.kind !== "exec") return Promise.resolve();
    this.execRun ??= runExecPlugin(token.plugin, source, this.options.environment)
      .then((credential) => {
        this.exec = credential;
        this.replace(this.readMaterial(), this.readAuthorization());
      })
      .finally(() => {
        this.execRun = undefined;
      });
    return this.execRun;
  }

  private readAuthorization(): string | undefined {
    const { token, source } = this.access;
    switch (token.kind) {
      case "none":
        return undefined;
      case "inline":
        return bearer(token.token, source);
      case "file":
        return bearer(readText(token.path, source), `${token.path} of ${source}`);
      case "exec":
        return this.exec?.token === undefined ? undefined : bearer(this.exec.token, source);
    }
  }

  private readMaterial(): Material {
    const { ca, cert, key, source } = this.access;
    return {
      ca: readPem(ca, source),
      cert: this.exec?.cert ?? readPem(cert, source),
      key: this.exec?.key ?? readPem(key, source),
    };
  }

  private open(material: Material): [requests: Origin, streams: Origin] {
    const options = {
      ...(material.ca === undefined ? {} : { ca: material.ca }),
      ...(material.cert === undefined ? {} : { cert: material.cert }),
      ...(material.key === undefined ? {} : { key: material.key }),
      ...(this.access.serverName === undefined ? {} : { serverName: this.access.serverName }),
    };
    try {
      return [
        createOrigin(this.access.server, { ...options, maxSockets: this.options.maxSockets }),
        createOrigin(this.access.server, { ...options, maxSockets: Number.POSITIVE_INFINITY, keepAlive: false }),
      ];
    } catch {
      // OpenSSL's text tells nothing a user could act on.
      throw unusable(this.access.source, "a certificate or key is not valid PEM, or they do not belong together");
    }
  }
}

function bearer(token: string, source: string): string {
  const trimmed = token.trim();
  if (trimmed === "") throw unusable(source, "the token is empty");
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw unusable(source, "the token has characters that no token has");
  return `Bearer ${trimmed}`;
}

function readPem(pem: Pem | undefined, source: string): string | undefined {
  if (pem === undefined) return undefined;
  return pem.kind === "inline" ? pem.pem : readText(pem.path, source);
}

function readText(path: string, source: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw unusable(source, `${path} cannot be read`);
  }
}

function unusable(object: string, cause: string): KeyturnError {
  return new KeyturnError({
    code: "KubeCredentialsUnusable",
    object,
    cause,
    remedy: "check the credentials of this configuration",
  });
}
