/** The server: gRPC services, limits, health, metrics and settings over one node. Embedding programs start here. */
export { formatHostPort, type HostPort } from "./addresses.js";
export { BindError } from "./bind-error.js";
export { type ConfigSources, loadConfig, parseConfig } from "./config.js";
export { ConfigError } from "./config-layers.js";
export type { Limits } from "./limits.js";
export { AtollServer, type AtollServerOptions, type ServerEnd } from "./server.js";
export type { ClusterConfig, ListenerName, LogLevel, ServerConfig, TlsConfig } from "./server-config.js";
