import type { StatuspageSinkConfig } from '../../core/runtime-config.ts';
import type { RunSamples } from '../feed/ports.ts';
import { selectFamilies } from '../feed/samples.ts';

/** The samples of mapped metrics, once for each id that they are mapped to, as families named by the ids. */
export function mapToIds(mapping: StatuspageSinkConfig['mapping'], batch: RunSamples): RunSamples {
  const scraped = batch.families.filter(({ origin }) => origin === 'scraped');
  const families = mapping.flatMap(({ id, metricName }) =>
    scraped.filter(({ name }) => name === metricName).map((family) => ({ ...family, name: id })),
  );
  return selectFamilies({ ...batch, families }, () => true);
}
