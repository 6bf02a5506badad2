import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyturn, ROOT, spawnKeyturn, temporary } from "./harness";

let cwd: string;
beforeAll(() => {
  cwd = temporary();
  mkdirSync(join(cwd, "in"));
  writeFileSync(join(cwd, "in/app.tpl"), "user={{ .user | upper }}\npassword={{ .password | quote }}\n");
  writeFileSync(join(cwd, "in/data.yaml"), 'user: ann\npassword: "Canary-1"\n');
  writeFileSync(
    join(cwd, "in/secret.json"),
    JSON.stringify({
      apiVersion: "v1",
      kind: "Secret",
      data: { user: "YW5u", raw: "/w==" },
      stringData: { password: "p" },
    }),
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("keyturn template FILE", () => {
  test("renders the file with the data, nothing else on stdout", async () => {
    expect(await keyturn(["template", "in/app.tpl", "--data", "in/data.yaml"], { cwd })).toEqual({
      code: 0,
      stdout: 'user=ANN\npassword="Canary-1"\n',
      stderr: "",
    });
  });

  test("takes a Kubernetes Secret as data, decoded, from standard input too", async () => {
    const secret = "apiVersion: v1\nkind: Secret\ndata:\n  user: YW5u\n  password: cA==\n";
    expect(await keyturn(["template", "in/app.tpl", "--data", "-"], { cwd, stdin: secret })).toEqual({
      code: 0,
      stdout: 'user=ANN\npassword="p"\n',
      stderr: "",
    });
    expect((await keyturn(["template", "in/app.tpl", "--data", "in/secret.json"], { cwd })).stdout).toContain(
      "user=ANN",
    );
  });

  test("takes the template from standard input, and other delimiters", async () => {
    const argv = ["template", "-", "--data", "in/data.yaml", "--left-delimiter", "<<", "--right-delimiter", ">>"];
    expect(await keyturn(argv, { cwd, stdin: "<< .user >> {{ }}" })).toEqual({
      code: 0,
      stdout: "ann {{ }}",
      stderr: "",
    });
  });

  test("writes bytes that are no text as they are, and as base64 in JSON", async () => {
    writeFileSync(join(cwd, "in/raw.tpl"), "{{ .raw }}");
    const bytes = execFileSync(
      process.execPath,
      [
        join(ROOT, "node_modules/tsx/dist/cli.mjs"),
        join(ROOT, "cli/main.ts"),
        "template",
        "in/raw.tpl",
        "--data",
        "in/secret.json",
      ],
      { cwd },
    );
    expect([...bytes]).toEqual([255]);
    expect(await keyturn(["template", "in/raw.tpl", "--data", "in/secret.json", "--format", "json"], { cwd })).toEqual({
      code: 0,
      stdout: '{"outB64":"/w=="}\n',
      stderr: "",
    });
  });

  test.each([
    ["{{ .user ", 1, "unclosed action"],
    ["\n{{ .nothere }}", 1, "line 2, column 4"],
    ["{{ fail .password }}", 1, 'in "fail"'],
    ["{{ range 99999999999 }}{{ end }}", 1, "steps"],
  ])("%j fails with exit code 1 and one line that holds no value", async (template, code, part) => {
    const result = await keyturn(["template", "-", "--data", "in/data.yaml"], { cwd, stdin: template });
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(/^error: template: [^\n]*\n$/);
    expect(result.stderr).toContain(part);
    expect(result.stderr).not.toContain("Canary");
  });

  test.each([
    [["template"], "error: FILE: is missing (give a template file, - for stdin, or --batch - for JSON lines)"],
    [["template", "no.tpl"], "error: no.tpl: does not exist (check the path and its permissions)"],
    [
      ["template", "-", "--data", "-"],
      "error: --data -: is standard input, as FILE is (standard input can be read once)",
    ],
    [
      ["template", "x", "--batch", "-"],
      "error: --batch: takes no FILE and no --data (each line of the batch has its own)",
    ],
    [["template", "--batch", "x"], "error: --batch: is not - (give the lines on standard input: --batch - < FILE)"],
  ])("%j is wrong usage: one line and exit code 2", async (argv, message) => {
    expect(await keyturn(argv, { cwd })).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });

  test.each([
    ["user: [Canary-2]\n", "error: stdin: user: is not a text: put it in quotes"],
    ["port: 5432\n", "error: stdin: port: is not a text: put it in quotes"],
    [
      "Canary-3\n",
      "error: stdin: is not a mapping of keys to texts (give one YAML or JSON mapping such as `password: abc`, or a Kubernetes Secret)",
    ],
    ["apiVersion: v1\nkind: Secret\ndata: {a: 'Canary-4!'}\n", "error: stdin: data.a: is not base64"],
  ])("data that is not texts is refused with the key named: %j", async (data, message) => {
    expect(await keyturn(["template", "in/app.tpl", "--data", "-"], { cwd, stdin: data })).toEqual({
      code: 2,
      stdout: "",
      stderr: `${message}\n`,
    });
  });
});

describe("keyturn template --batch -", () => {
  const ask = async (...lines: unknown[]): Promise<{ code: number | null; answers: unknown[] }> => {
    const stdin = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
    const { code, stdout } = await keyturn(["template", "--batch", "-"], { stdin });
    return {
      code,
      answers: stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown),
    };
  };

  test("answers each line with one line, in order", async () => {
    expect(
      await ask(
        { template: "{{ .a }}", data: { a: "1" } },
        { template: "<% .a %>", data: { a: "2" }, delims: ["<%", "%>"] },
        { template: "{{ .a }}", dataB64: { a: "/w==" } },
        { template: "{{ .a | len }}{{ .b }}", data: { b: "x" }, dataB64: { a: "w6k=" } },
        {
          template: '{{ index . "__proto__" }}{{ .constructor }}',
          data: JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, string>,
        },
      ),
    ).toEqual({ code: 0, answers: [{ out: "1" }, { out: "2" }, { outB64: "/w==" }, { out: "2x" }, { out: "pc" }] });
  });

  test("an error is an answer with code, message and line, without a value", async () => {
    const { code, answers } = await ask(
      { template: "a\n{{ .a", data: { a: "Canary-5" } },
      { template: "a\n\n{{ .b }}", data: { a: "Canary-5" } },
      { template: "{{ until 1000000000 }}" },
    );
    expect(code).toBe(0);
    expect(answers).toEqual([
      { error: { code: "parse", message: expect.any(String) as string, line: 2 } },
      {
        error: { code: "exec", message: 'template "template" line 3, column 4: map has no entry for key "b"', line: 3 },
      },
      { error: { code: "limit", message: expect.any(String) as string, line: 1 } },
    ]);
    expect(JSON.stringify(answers)).not.toContain("Canary");
  });

  test("what is no request is answered too, the rest goes on, and the exit code says so", async () => {
    expect(
      await ask(
        "{",
        "[]",
        { template: 1 },
        { template: "", data: { a: 1 } },
        { template: "", dataB64: { a: "?" } },
        { template: "x" },
      ),
    ).toEqual({
      code: 2,
      answers: [
        { error: { code: "request", message: "the line is not JSON" } },
        { error: { code: "request", message: "the line is not a JSON object" } },
        { error: { code: "request", message: '"template" is not a text' } },
        { error: { code: "request", message: '"data" is not an object of texts' } },
        { error: { code: "request", message: '"dataB64" is not an object of base64 texts' } },
        { out: "x" },
      ],
    });
  });

  test("lines end with LF or CRLF, the last one with neither; empty ones are passed over", async () => {
    const stdin = '{"template":"a"}\r\n\n{"template":"b"}';
    expect((await keyturn(["template", "--batch", "-"], { stdin })).stdout).toBe('{"out":"a"}\n{"out":"b"}\n');
  });

  test("works as a process, in a pipeline that stops reading too", async () => {
    const stdin = '{"template":"{{ .a }}","data":{"a":"é"}}\n'.repeat(2000);
    const whole = await spawnKeyturn(["template", "--batch", "-"], { stdin });
    expect(whole).toEqual({ code: 0, stdout: '{"out":"é"}\n'.repeat(2000), stderr: "" });
    expect((await spawnKeyturn(["template", "--batch", "-"], { stdin, closeStdoutAtOnce: true })).stderr).toBe("");
  });
});

describe("keyturn query", () => {
  test("prints what the path leads to, as a Secret would hold it", async () => {
    writeFileSync(
      join(cwd, "in/q.json"),
      '{"users":[{"name":"ann","n":1.0},{"name":"bob"}],"big":12345678901234567890}',
    );
    const ask = async (path: string) => keyturn(["query", path, "--json", "in/q.json"], { cwd });
    expect(await ask('users.#(name=="ann").name')).toEqual({ code: 0, stdout: "ann\n", stderr: "" });
    expect(await ask("big")).toEqual({ code: 0, stdout: "12345678901234567890\n", stderr: "" });
    expect(await ask("users.#.name")).toEqual({ code: 0, stdout: '["ann","bob"]\n', stderr: "" });
    expect(await ask("nothing")).toEqual({ code: 1, stdout: "", stderr: "" });
  });

  test("--batch - answers as gjson's Result", async () => {
    const stdin = '{"json":"{\\"a\\":[1,2]}","path":"a.#"}\n{"json":"{}","path":"a"}\n{"json":1}\n';
    expect(await keyturn(["query", "--batch", "-"], { stdin })).toEqual({
      code: 2,
      stdout:
        '{"exists":true,"type":"Number","raw":"2","str":"2"}\n{"exists":false,"type":"Null","raw":"","str":""}\n{"error":{"code":"request","message":"\\"json\\" is not a text"}}\n',
      stderr: "",
    });
  });

  test("a bound is an answer", async () => {
    const line = JSON.stringify({ json: '"\\""', path: `${"@tostr|".repeat(60)}@this` });
    const { code, stdout } = await keyturn(["query", "--batch", "-"], { stdin: line });
    expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      answer: {
        error: { code: "limit", message: expect.stringMatching(/^the query exceeds the bound of its \w+$/) as string },
      },
    });
  });

  test.each([
    [["query"], "error: PATH: is missing (give a path such as users.0.name, or --batch -)"],
    [["query", "a"], "error: --json: is missing (give a JSON file, or - for stdin)"],
  ])("%j is wrong usage", async (argv, message) => {
    expect(await keyturn(argv, { cwd })).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });
});
