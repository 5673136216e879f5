/** Environment variables, as a parameter. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Value of a variable, compared without case as Promitor does; blank counts as not set. */
export function variable(env: Environment, name: string): string | undefined {
  const exact = env[name];
  if (exact !== undefined && exact.trim() !== '') return exact;
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  const value = key === undefined ? undefined : env[key];
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** Value of `AZIMUTH_<name>`, else of `PROMITOR_<name>`. */
export function ownVariable(env: Environment, name: string): string | undefined {
  return variable(env, `AZIMUTH_${name}`) ?? variable(env, `PROMITOR_${name}`);
}
