import { getEventListeners } from "node:events";
import { createServer as createTlsServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import {
  createOrigin,
  exchange,
  retireOrigin,
  stream,
  type Origin,
  type OriginOptions,
  type Outgoing,
  type TransportError,
} from "../../../reconciler/http";
import { eventually } from "../../bed/eventually";
import { closedPort, failure, faultServer, inFlight, json, otherTls, tcpServer, tls } from "./fault-server";

const MIB = 1_048_576;
const get = (path: string, more: Partial<Outgoing> = {}): Outgoing => ({
  method: "GET",
  path,
  headers: {},
  timeout: 60_000,
  ...more,
});
const origins: Origin[] = [];
const originOf = (url: string, options: Partial<OriginOptions> = {}): Origin => {
  const origin = createOrigin(new URL(url), { maxSockets: 32, ca: tls.caPem, ...options });
  origins.push(origin);
  return origin;
};
afterEach(() => origins.splice(0).forEach((origin) => origin.agent.destroy()));

describe("connections", () => {
  test("32 calls in flight make at most 32 handshakes for 2,000 calls, error answers included", async () => {
    const server = await faultServer((request, response) => {
      json(response, request.path.endsWith("7") ? 404 : 200, { errors: ["x".repeat(200)] });
    });
    const origin = originOf(server.url);
    const answers = await inFlight(32, 2_000, (index) => exchange(origin, get(`/${index}`), MIB));
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(200);
    expect(server.handshakes()).toBeGreaterThan(1);
    expect(server.handshakes()).toBeLessThanOrEqual(32);
    await server.close();
  });

  test("more calls than connections wait for one, and none fails by the connect limit while it waits", async () => {
    const server = await faultServer((_request, response) => setTimeout(() => json(response, 200, {}), 1_200));
    const origin = originOf(server.url, { maxSockets: 2 });
    // Each call's own answer takes longer than the limit for connecting: only new connections may be held to it.
    const calls = Array.from({ length: 4 }, () => exchange(origin, get("/", { connectTimeout: 1_000 }), MIB));
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(new Array(4).fill(200));
    expect(server.handshakes()).toBe(2);
    await server.close();
  });

  test("a retired origin ends its calls in flight and closes its connections", async () => {
    let release = (): void => undefined;
    const server = await faultServer((request, response) => {
      if (request.path === "/slow") release = () => json(response, 200, { slow: true });
      else json(response, 200, {});
    });
    const origin = originOf(server.url);
    await exchange(origin, get("/"), MIB);
    const slow = exchange(origin, get("/slow"), MIB);
    const other = exchange(origin, get("/"), MIB);
    await other;
    expect(server.open()).toBe(2);
    retireOrigin(origin);
    release();
    expect((await slow).body.toString()).toBe('{"slow":true}');
    await eventually("all connections closed", () => server.open() === 0);
    await server.close();
  });
});

describe("faults", () => {
  test.each([
    ["connection refused", async () => `https://127.0.0.1:${await closedPort()}`, "connect", "connection refused"],
    ["an unknown name", async () => "https://keyturn.invalid:8200", "connect", "its name does not resolve"],
  ])("%s is told in words", async (_name, url, kind, words) => {
    const error = await failure<TransportError>(exchange(originOf(await url()), get("/"), MIB));
    expect(error.failure).toBe(kind);
    expect(error.words).toContain(words);
  });

  test("a server that accepts and says nothing fails after the connect limit", async () => {
    const server = await tcpServer(() => undefined);
    const error = await failure<TransportError>(
      exchange(originOf(`https://127.0.0.1:${server.port}`), get("/", { connectTimeout: 100 }), MIB),
    );
    expect([error.failure, error.words]).toEqual(["connect", "no connection within 0.1 s"]);
    await server.close();
  });

  test("a server that takes the request and does not answer fails after the whole limit", async () => {
    const server = await faultServer(() => undefined);
    const error = await failure<TransportError>(exchange(originOf(server.url), get("/", { timeout: 150 }), MIB));
    expect([error.failure, error.words]).toEqual(["timeout", "no answer within 0.15 s"]);
    await server.close();
  });

  test("a body longer than the limit is not read on", async () => {
    const server = await faultServer((_request, response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(3 * MIB));
    });
    const error = await failure<TransportError>(exchange(originOf(server.url), get("/"), 2 * MIB));
    expect([error.failure, error.words]).toEqual(["too-large", "its answer is longer than 2 MiB"]);
    await server.close();
  });

  test("a connection closed in the middle of an answer is a reset", async () => {
    const server = await faultServer((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("half", () => response.destroy());
    });
    const error = await failure<TransportError>(exchange(originOf(server.url), get("/"), MIB));
    expect(error.failure).toBe("reset");
    await server.close();
  });

  test("an answer that is not HTTP leaves none of its bytes in the error", async () => {
    const server = createTlsServer({ cert: tls.certificatePem, key: tls.privateKeyPem }, (socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      socket.end("s3cr3t-canary is not HTTP\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = await failure<TransportError>(exchange(originOf(`https://127.0.0.1:${port}`), get("/"), MIB));
    expect([error.failure, error.words]).toEqual(["protocol", "its answer is not HTTP"]);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
    await new Promise((resolve) => server.close(resolve));
  });

  test("a foreign CA, a wrong name and a server without TLS are told apart", async () => {
    const server = await faultServer((_request, response) => json(response, 200, {}));
    const words = async (origin: Origin): Promise<string> =>
      (await failure<TransportError>(exchange(origin, get("/"), MIB))).words;
    expect(await words(originOf(server.url, { ca: otherTls.caPem }))).toBe(
      "its certificate is not signed by the configured CA",
    );
    expect(await words(originOf(server.url, { serverName: "vault.example.com" }))).toBe(
      "its certificate is for another name",
    );
    await server.close();
    const plain = await faultServer((_request, response) => json(response, 200, {}), { plain: true });
    expect(await words(originOf(`https://127.0.0.1:${plain.port}`))).toBe("it does not speak TLS");
    await plain.close();
  });

  test("a header with a line break is refused before anything is sent, without the header in the error", async () => {
    const server = await faultServer((_request, response) => json(response, 200, {}));
    const error = await failure<TransportError>(
      exchange(originOf(server.url), get("/", { headers: { "X-Vault-Token": "canary\r\nx: y" } }), MIB),
    );
    expect(error.failure).toBe("protocol");
    expect(inspect(error)).not.toContain("canary");
    expect(server.requests).toHaveLength(0);
    await server.close();
  });

  test("a caller that gives up, before or during the call, gets `aborted` and leaves no listener", async () => {
    const server = await faultServer(() => undefined);
    const before = AbortSignal.abort();
    expect(
      (await failure<TransportError>(exchange(originOf(server.url), get("/", { signal: before }), MIB))).failure,
    ).toBe("aborted");
    const during = new AbortController();
    const call = exchange(originOf(server.url), get("/", { signal: during.signal }), MIB);
    setImmediate(() => during.abort());
    expect((await failure<TransportError>(call)).failure).toBe("aborted");
    expect(getEventListeners(during.signal, "abort")).toHaveLength(0);
    await server.close();
  });
});

describe("streams", () => {
  test("go on past the limit for the headers, and resolve when the server ends them", async () => {
    const server = await faultServer((_request, response) => {
      response.writeHead(200);
      response.write("a");
      setTimeout(() => response.end("b"), 1_300);
    });
    const seen: string[] = [];
    const answer = await stream(originOf(server.url, { keepAlive: false }), get("/", { timeout: 1_000 }), MIB, {
      onData: (chunk) => seen.push(chunk.toString()),
    });
    expect([answer.status, seen.join("")]).toEqual([200, "ab"]);
    await server.close();
  });

  test("an error of the listener ends the stream and comes out as it is", async () => {
    const server = await faultServer((_request, response) => {
      response.writeHead(200);
      response.write("a");
    });
    const mine = new Error("mine");
    const onData = (): never => {
      throw mine;
    };
    expect(await failure(stream(originOf(server.url, { keepAlive: false }), get("/"), MIB, { onData }))).toBe(mine);
    await server.close();
  });
});
