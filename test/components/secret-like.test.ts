import fc from "fast-check";
import { quote, secretLike } from "../../components/model/secret-like";
import { CANARIES } from "./fixtures";

describe("what looks like a secret", () => {
  const secrets: readonly (readonly [string, string])[] = [
    [CANARIES[1], "a private key or certificate (PEM)"],
    [CANARIES[2], "a JSON Web Token"],
    [CANARIES[3], "a URL with a password"],
    [CANARIES[4], "a token"],
    ["ghp_abcdefghijklmnopqrstuvwxyz0123456789", "a token"],
    ["AKIAIOSFODNN7EXAMPLE", "a token"],
    ["sk_live_51Habcdefghijk", "a token"],
    [CANARIES[5], "a random value"],
    [CANARIES[6], "a random value"],
    ["Zm9vYmFyMTIzNDU2Nzg5MA==", "a random value"],
  ];
  it.each(secrets)("%j is %s", (text, kind) => expect(secretLike(text)).toBe(kind));

  const names = [
    "db#username",
    "/shared/search#api-key",
    "services/checkout-api/postgres-primary#connection-string",
    "CustomerDatabase2024Primary#password",
    "eu-west-1/cluster-03/app#users.0.name",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6/db#password",
    "https://vault.prod.example.com:8200",
    "payments-team-oncall@example.com",
    "ACCOUNTRECEIVABLEDATABASE#PASSWORD",
  ];
  it.each(names)("%j is not", (text) => expect(secretLike(text)).toBeUndefined());

  it("finds nearly every random base64 text of 32 bytes", () => {
    const samples = fc.sample(fc.uint8Array({ minLength: 32, maxLength: 32 }), { numRuns: 500, seed: 1 });
    const missed = samples
      .filter((bytes) => new Set(bytes).size > 20)
      .filter((bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        return secretLike(text) === undefined;
      });
    expect(missed.length).toBeLessThan(25);
  });

  it("quotes names and describes everything else", () => {
    expect(quote("payments")).toBe('"payments"');
    expect(quote(CANARIES[6])).toBe("a text of 32 characters");
    expect(quote("x".repeat(81))).toBe("a text of 81 characters");
    expect(quote("a\nb")).toBe("a text of 3 characters");
    expect(quote(["x"])).toBe("a list");
    expect(quote(undefined)).toBe("nothing");
  });
});
