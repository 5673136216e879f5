/** What a discovery agent answered. */
export interface AgentReply {
  readonly status: number;
  readonly body: string;
}

/**
 * Gets a path of the agent. Rejects with an error that says why when there is no whole answer: no connection, a
 * deadline, a body that is too large. Never outlives `signal`.
 */
export type AskAgent = (path: string, signal: AbortSignal) => Promise<AgentReply>;

/** Query parameters of a list as they came: undefined when not given. */
export interface PageQuery {
  readonly pageSize?: string;
  readonly currentPage?: string;
}

/** An answer of the discovery API, ready to be sent. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Promitor's discovery API, answered from the lists in force; nothing here waits for Azure. */
export interface DiscoveryApi {
  groups(): ApiAnswer;
  /** `/api/v1/…/discover`: an array, paging told by headers. */
  list(groupName: string, query: PageQuery): ApiAnswer;
  /** `/api/v2/…/discover`: one page as an object. */
  page(groupName: string, query: PageQuery): ApiAnswer;
}
