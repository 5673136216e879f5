import { labelPairsText } from '../../core/label-text.ts';
import type { LabelPair } from '../../core/labels.ts';
import type { Piece, SeriesPieces, SeriesStore } from '../../store/ports.ts';
import type { FamilySamples, RunSamples } from './ports.ts';

/** Name, description and kind of a family. */
type FamilyHead = Pick<FamilySamples, 'name' | 'help' | 'origin'>;

/** Gathers what a run writes, so that sinks get what changed and nobody walks the whole store. */
export interface Collector {
  /** The store for the scraper: what is written into it is gathered as it is shown afterwards. */
  watch(store: SeriesStore & SeriesPieces): SeriesStore;
  /** What a slot of an own metric shows; gathered once a run however often it is told. */
  item(family: Pick<FamilyHead, 'name' | 'help'>, owner: string, store: SeriesPieces): void;
  /** The newest value of an own metric with few series. */
  gauge(family: Pick<FamilyHead, 'name' | 'help'>, labels: readonly LabelPair[], value: number): void;
  /**
   * Everything that was gathered since the last call. When runs of several schedules overlap, the first to end takes
   * along what the others have so far; nothing is given twice.
   */
  take(runMs: number): RunSamples;
}

interface Draft extends FamilySamples {
  readonly pieces: Piece[];
}

/** Bytes of a batch, of a piece and of a value: what V8 takes for such objects, rounded up. */
const weight = { batch: 1_000, piece: 250, value: 24 } as const;

const noNames: ReadonlyMap<string, string> = new Map();

export function createCollector(): Collector {
  let drafts = new Map<string, Draft[]>();
  let told = new Map<string, () => void>();
  let samples = 0;
  let bytes = 0;

  const add = (head: FamilyHead, declaredNames: ReadonlyMap<string, string>, pieces: readonly Piece[]): void => {
    const same = drafts.get(head.name) ?? [];
    let draft = same.find((one) => one.declaredNames === declaredNames);
    if (draft === undefined) {
      draft = { ...head, declaredNames, pieces: [] };
      drafts.set(head.name, [...same, draft]);
    }
    for (const piece of pieces) {
      draft.pieces.push(piece);
      samples += piece.values.length;
      bytes += weight.piece + weight.value * piece.values.length + piece.dimensions.text.length;
    }
  };

  return {
    watch: (store) => ({
      ...store,
      replace(slot) {
        const dropped = store.replace(slot);
        const { name, help } = slot.family;
        const names = slot.declaredNames ?? noNames;
        add({ name, help, origin: 'scraped' }, names, store.pieces(slot.owner, name));
        return dropped;
      },
    }),
    item({ name, help }, owner, store) {
      told.set(`${name} ${owner}`, () => add({ name, help, origin: 'item' }, noNames, store.pieces(owner, name)));
    },
    gauge({ name, help }, labels, value) {
      const text = labelPairsText(labels);
      told.set(`${name} ${text}`, () => add({ name, help, origin: 'azure' }, noNames, [single(text, value)]));
    },
    take(runMs) {
      for (const tell of told.values()) tell();
      const families = [...drafts.values()].flat();
      const taken = { runMs, samples, bytes: bytes + weight.batch, families };
      drafts = new Map();
      told = new Map();
      samples = 0;
      bytes = 0;
      return taken;
    },
  };
}

function single(text: string, value: number): Piece {
  const stamp = { runMs: 0, staleAtMs: 0, bucketEndMs: undefined };
  return { labels: { text }, dimensions: { text: '' }, values: [value], bucketEnds: undefined, stamp };
}
