import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// The import arrows of the design: api <- components <- policies <- cli; api <- reconciler <- cli; sandbox knows only api.
const room = (target, ...allowed) => ({
  target: `./${target}`,
  from: "./",
  except: [target, ...allowed].map((name) => `./${name}`).concat("./node_modules"),
  message: `${target} may import only ${allowed.length ? allowed.join(", ") : "itself"}.`,
});
const arrows = [
  room("api"),
  room("components", "api"),
  room("policies", "api", "components"),
  room("reconciler", "api"),
  room("sandbox", "api"),
  room("cli", "api", "components", "policies", "reconciler", "sandbox", "stacks"),
  { target: "./components/model", from: "./components", except: ["./model"], message: "model knows only api." },
  {
    target: "./components/vault",
    from: "./components",
    except: ["./vault", "./model"],
    message: "vault knows only api and model.",
  },
  {
    target: "./components/manifests",
    from: "./components",
    except: ["./manifests", "./model", "./vault"],
    message: "manifests know api, model and vault.",
  },
  { target: "./components/cdk8s", from: "./components/pulumi", message: "the adapters do not know each other." },
  { target: "./components/pulumi", from: "./components/cdk8s", message: "the adapters do not know each other." },
];
const io = [
  "fs",
  "fs/promises",
  "http",
  "https",
  "http2",
  "net",
  "tls",
  "child_process",
  "worker_threads",
  "dns",
].flatMap((name) => [name, `node:${name}`]);
const worlds = ["@pulumi/*", "cdk8s", "cdk8s-*", "constructs"];

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "build/",
      "node_modules/",
      "coverage/",
      "stacks/*/out/",
      "test/types/fail/",
      "test/bed/pulumi/dist/",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.mjs", "*.js", "scripts/*.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".mjs", ".js", ".json"] })],
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "import-x/no-restricted-paths": ["error", { zones: arrows, basePath: import.meta.dirname }],
      "import-x/no-cycle": ["error", { maxDepth: 6 }],
      eqeqeq: "error",
      "no-eval": "error",
      "no-new-func": "error",
    },
  },
  {
    files: [
      "api/**",
      "components/model/**",
      "components/vault/**",
      "components/manifests/**",
      "policies/rules/**",
      "reconciler/sync/decide.ts",
      "reconciler/rollout/decide.ts",
      "reconciler/template/**",
    ],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: [...io, ...worlds], message: "This room is pure: no I/O, no Pulumi, no cdk8s." }] },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "Pure code is given the time.",
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Pure code is given the time." },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "Pure code is given its randomness.",
        },
      ],
    },
  },
  { files: ["**/*.mjs", "**/*.js"], ...tseslint.configs.disableTypeChecked },
);
