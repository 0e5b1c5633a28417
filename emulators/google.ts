/**
 * Google's own Firestore and Pub/Sub emulators from the Cloud SDK, as child processes.
 * They need Java (17 is enough) and a POSIX shell; everything else here runs on Node alone.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, realpathSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, type ListenOptions, PortTakenError } from "./emulator.ts";

/** Something that Google's emulators need is not installed, or one of them did not start. */
export class GoogleEmulatorError extends Error {
  override readonly name = "GoogleEmulatorError";
}

/** Google's Firestore emulator; `url` is `127.0.0.1:PORT`, the value of FIRESTORE_EMULATOR_HOST. */
export async function startGoogleFirestore(options: ListenOptions = {}): Promise<Emulator> {
  const jar = await findJar(
    "cloud-firestore-emulator",
    "firestore",
    ".",
    /^cloud-firestore.*\.jar$/,
  );
  const main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
  // The emulator speaks English only, whatever the locale.
  const command = ["-Duser.language=en", "-cp", jar, main, "start"];
  return startJava("firestore", command, /is now running/, options);
}

/** Google's Pub/Sub emulator; `url` is `127.0.0.1:PORT`, the value of PUBSUB_EMULATOR_HOST. */
export async function startGooglePubsub(options: ListenOptions = {}): Promise<Emulator> {
  const jar = await findJar("pubsub-emulator", "pubsub", "lib", /^cloud-pubsub.*-all\.jar$/);
  return startJava("pubsub", ["-jar", jar], /Server started, listening/, options);
}

/**
 * Runs the emulator (`"$@"`) until standard input closes, so that it ends with this process however that dies,
 * `kill -9` included. The exit code is the emulator's own.
 */
const untilStdinCloses = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ cat <&3; kill -9 $child; } >/dev/null 2>&1 &
wait $child`;

// Half a second faster to start, and less memory, at the price of peak speed that no test needs.
const jvmOptions = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"];

async function startJava(
  name: string,
  command: readonly string[],
  ready: RegExp,
  { port: wanted = 0 }: ListenOptions,
): Promise<Emulator> {
  const java = findJava();
  const port = await freePort(wanted);
  const at = ["--host=127.0.0.1", `--port=${port}`];
  const child = spawn(
    "/bin/sh",
    ["-c", untilStdinCloses, "sh", java, ...jvmOptions, ...command, ...at],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve()); // what could not be run does not close either
  });
  const close = () => {
    child.stdin.destroy();
    return exited;
  };
  try {
    await untilReady(name, child, ready);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `127.0.0.1:${port}`, port, close };
}

const startTimeoutMs = 60_000;

function untilReady(name: string, child: ChildProcess, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (what: string) =>
      reject(new GoogleEmulatorError(`Google's ${name} emulator ${what}:\n${output.trim()}`));
    const timer = setTimeout(
      () => fail(`did not start in ${startTimeoutMs / 1000} s`),
      startTimeoutMs,
    );
    const read = (chunk: Buffer) => {
      if (output.length < 65_536) output += chunk.toString();
      if (ready.test(output)) {
        clearTimeout(timer);
        resolve();
      }
    };
    // Both are read for as long as it runs: a full pipe would stop it.
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => fail(`could not be run (${error.message})`));
    child.once("close", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code} before it was ready`);
    });
  });
}

/** These emulators print port 0 rather than the port they got, so one is chosen for them. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortTakenError(wanted, { cause: error }) : error),
    );
    probe.listen(wanted, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function findJava(): string {
  const home = process.env["JAVA_HOME"];
  const java = home === undefined ? onPath("java") : join(home, "bin", "java");
  if (java !== undefined && existsSync(java)) return java;
  throw new GoogleEmulatorError(
    `Google's emulators need Java 17 or newer, and ${home === undefined ? "no java is on the PATH" : `JAVA_HOME has no bin/java (${home})`}: ` +
      "install a JRE (Debian: apt-get install default-jre-headless, macOS: brew install openjdk)",
  );
}

/** A jar of an SDK component: `platform/FOLDER/SUB/…jar` below the first Cloud SDK root that has it. */
async function findJar(folder: string, gcloudName: string, sub: string, file: RegExp) {
  const roots = sdkRoots();
  const jar = firstJar(roots, folder, sub, file) ?? firstJar(await askGcloud(), folder, sub, file);
  if (jar !== undefined) return jar;
  throw new GoogleEmulatorError(
    `Google's ${gcloudName} emulator is not installed (looked for platform/${folder} below ${roots.join(", ")}): ` +
      `install the Google Cloud SDK and run "gcloud components install ${folder}" ` +
      `(Debian: apt-get install google-cloud-cli-${gcloudName}-emulator), ` +
      "or set CLOUDSDK_ROOT_DIR to the SDK's folder",
  );
}

function firstJar(roots: readonly string[], folder: string, sub: string, file: RegExp) {
  for (const root of roots) {
    const path = join(root, "platform", folder, sub);
    const jar = existsSync(path) ? readdirSync(path).find((name) => file.test(name)) : undefined;
    if (jar !== undefined) return join(path, jar);
  }
  return undefined;
}

/** Where a Cloud SDK may be: the SDK's own variable, the folder of `gcloud`, then the installers' defaults. */
function sdkRoots(): string[] {
  const told = process.env["CLOUDSDK_ROOT_DIR"];
  const gcloud = onPath("gcloud");
  return [
    ...(told === undefined ? [] : [told]),
    ...(gcloud === undefined ? [] : [dirname(dirname(realpathSync(gcloud)))]),
    join(homedir(), "google-cloud-sdk"),
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
    "/snap/google-cloud-sdk/current",
  ];
}

/** The root as `gcloud` itself gives it: slow (over a second), but right where `gcloud` is a wrapper. */
async function askGcloud(): Promise<string[]> {
  const gcloud = onPath("gcloud");
  if (gcloud === undefined) return [];
  const info = ["info", "--format=value(installation.sdk_root)"];
  const { stdout } = await promisify(execFile)(gcloud, info, { timeout: 20_000 });
  return [stdout.trim()];
}

function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
