/**
 * Where the settings of a server come from: flags over environment over file over defaults. Each layer is judged by
 * itself, then all of them together.
 */
import { readConfigFile, readEnvironment, readFlags, readSettings } from "./config-layers.js";
import { resolveConfig } from "./config-resolve.js";
import type { Settings } from "./config-schema.js";
import type { ServerConfig } from "./server-config.js";

export interface ConfigSources {
  /** A YAML file, or a JSON file whose name ends in `.json`. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Settings in the shape of the file. */
  readonly flags?: unknown;
}

/** Reads and checks the settings of all sources. Throws `ConfigError`. */
export async function loadConfig(sources: ConfigSources): Promise<ServerConfig> {
  const file = sources.file === undefined ? {} : await readConfigFile(sources.file);
  const environment = readEnvironment(sources.environment ?? {});
  return resolveConfig(overlay(overlay(file, environment), readFlags(sources.flags ?? {})));
}

/** Checks settings in the shape of the file, for embedding programs. Throws `ConfigError`. */
export function parseConfig(settings: unknown): ServerConfig {
  return resolveConfig(readSettings(settings));
}

/** A setting of `over` replaces the same one of `under`; sections merge, lists and maps are replaced whole. */
function overlay(under: Settings, over: Settings): Settings {
  return {
    ...under,
    ...over,
    listen: { ...under.listen, ...over.listen },
    cluster: { ...under.cluster, ...over.cluster },
    limits: { ...under.limits, ...over.limits },
    log: { ...under.log, ...over.log },
  };
}
