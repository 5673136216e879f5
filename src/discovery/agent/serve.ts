import type { DiscoveredResource, DiscoveryGroup } from '../../core/discovery.ts';
import type { Discovery } from '../ports.ts';
import type { ApiAnswer, DiscoveryApi, PageQuery } from './ports.ts';
import { pageInformationType, pageType, rowNamed, toWire } from './wire.ts';

/** Promitor's bounds and default of a page. */
const maxPageSize = 1_000;

const json = 'application/json';
const jsonText = 'application/json; charset=utf-8';
const problemText = 'application/problem+json; charset=utf-8';

/** Answers Promitor's discovery API (v1 and v2) from the lists in force. Pure but for what `discovery` holds. */
export function createDiscoveryApi(groups: readonly DiscoveryGroup[], discovery: Discovery): DiscoveryApi {
  const find = (name: string): DiscoveryGroup | undefined =>
    groups.find((group) => group.name.toLowerCase() === name.toLowerCase());
  const answer = (name: string, query: PageQuery, show: (page: Page) => ApiAnswer): ApiAnswer => {
    const [pageSize, currentPage] = [whole(query.pageSize, maxPageSize), whole(query.currentPage, 1)];
    const wrong = wrongPage(query, pageSize, currentPage);
    if (wrong !== undefined) return wrong;
    const group = find(name);
    if (group === undefined) return refuse(404, { information: `There is no resource discovery group ${name}.` });
    if (rowNamed(group.resourceType) === undefined) {
      const details = `Resources of type ${group.resourceType}, which group ${group.name} asks for, cannot be discovered.`;
      return refuse(501, { details });
    }
    const resources = discovery.resources(group.name);
    // An empty list would be taken for the truth by whoever asks.
    if (resources === undefined)
      return refuse(503, { details: `The resources of group ${group.name} have not been found yet.` });
    return show({ resources, pageSize, currentPage });
  };
  return {
    groups: () => ({ status: 200, contentType: jsonText, headers: {}, body: JSON.stringify(groups.map(groupShape)) }),
    list: (name, query) => answer(name, query, listAnswer),
    page: (name, query) => answer(name, query, pageAnswer),
  };
}

interface Page {
  readonly resources: readonly DiscoveredResource[];
  readonly pageSize: number;
  readonly currentPage: number;
}

function slice({ resources, pageSize, currentPage }: Page) {
  return resources.slice(pageSize * (currentPage - 1), pageSize * currentPage).map(toWire);
}

function listAnswer(page: Page): ApiAnswer {
  const headers = {
    'X-Paging-Page-Size': String(page.pageSize),
    'X-Paging-Current-Page': String(page.currentPage),
    'X-Paging-Total': String(page.resources.length),
  };
  return { status: 200, contentType: json, headers, body: JSON.stringify(slice(page)) };
}

function pageAnswer(page: Page): ApiAnswer {
  const { pageSize, currentPage, resources } = page;
  const body = {
    $type: pageType,
    Result: slice(page),
    PageInformation: {
      $type: pageInformationType,
      PageSize: pageSize,
      CurrentPage: currentPage,
      TotalRecords: resources.length,
    },
    HasMore: resources.length - pageSize * currentPage > 0,
  };
  return { status: 200, contentType: json, headers: {}, body: JSON.stringify(body) };
}

/** Promitor knows the criteria of `include` only; what Azimuth adds to them shows in the resources. */
function groupShape({ name, resourceType, include }: DiscoveryGroup) {
  const { subscriptions, resourceGroups, regions } = include;
  const tags = Object.fromEntries(include.tags.map((tag) => [tag.name, tag.pattern]));
  return { name, type: resourceType, criteria: { include: { tags, subscriptions, resourceGroups, regions } } };
}

/** The number that a parameter spells, NaN when it spells none. */
function whole(text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback;
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function wrongPage(query: PageQuery, pageSize: number, currentPage: number): ApiAnswer | undefined {
  const unread = { pageSize, currentPage };
  const errors = Object.entries(unread)
    .filter(([, value]) => Number.isNaN(value))
    .map(([name]) => [name, [`${query[name as keyof PageQuery] ?? ''} is not a whole number.`]] as const);
  if (errors.length > 0) return invalid(undefined, Object.fromEntries(errors));
  if (currentPage < 1) return invalid('currentPage must be 1 or more.');
  if (pageSize < 1) return invalid('pageSize must be 1 or more.');
  return pageSize > maxPageSize ? invalid(`pageSize must be ${maxPageSize} or less.`) : undefined;
}

/** Problem details as ASP.NET writes them (RFC 9110 section 15.5.1 is the meaning of 400). */
function invalid(detail: string | undefined, errors: Readonly<Record<string, readonly string[]>> = {}): ApiAnswer {
  const body = {
    type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
    title: 'One or more validation errors occurred.',
    status: 400,
    ...(detail === undefined ? {} : { detail }),
    errors,
  };
  return { status: 400, contentType: problemText, headers: {}, body: JSON.stringify(body) };
}

function refuse(status: number, body: Readonly<Record<string, string>>): ApiAnswer {
  return { status, contentType: jsonText, headers: {}, body: JSON.stringify(body) };
}
