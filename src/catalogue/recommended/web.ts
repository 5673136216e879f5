import { metric, type RecommendedType } from './types.ts';

export const webMetrics: readonly RecommendedType[] = [
  {
    type: 'WebApp',
    prefix: 'azure_web_app',
    metrics: [
      metric('Requests', 'Total', 'Count', 'requests', 'Requests'),
      metric('Http5xx', 'Total', 'Count', 'http_5xx', 'Requests answered with a status of 500 or above'),
      metric('Http4xx', 'Total', 'Count', 'http_4xx', 'Requests answered with a status from 400 to 499'),
      metric('HttpResponseTime', 'Average', 'Seconds', 'response_time_seconds', 'Time until a request is answered'),
      metric('CpuTime', 'Total', 'Seconds', 'cpu_seconds', 'Processor time consumed'),
      metric('MemoryWorkingSet', 'Average', 'Bytes', 'memory_bytes', 'Memory in use'),
    ],
  },
  {
    type: 'FunctionApp',
    prefix: 'azure_function_app',
    metrics: [
      metric('FunctionExecutionCount', 'Total', 'Count', 'executions', 'Executions of functions'),
      metric('FunctionExecutionUnits', 'Total', 'Count', 'execution_units', 'Megabytes times milliseconds consumed'),
      metric('Http5xx', 'Total', 'Count', 'http_5xx', 'Requests answered with a status of 500 or above'),
      metric('MemoryWorkingSet', 'Average', 'Bytes', 'memory_bytes', 'Memory in use'),
    ],
  },
  {
    type: 'AppPlan',
    prefix: 'azure_app_plan',
    metrics: [
      metric('CpuPercentage', 'Average', 'Percent', 'cpu_percent', 'Processor use of all instances'),
      metric('MemoryPercentage', 'Average', 'Percent', 'memory_percent', 'Memory use of all instances'),
      metric('HttpQueueLength', 'Average', 'Count', 'http_queue_length', 'Requests that wait'),
      metric('DiskQueueLength', 'Average', 'Count', 'disk_queue_length', 'Disk operations that wait'),
    ],
  },
  {
    type: 'ApiManagement',
    prefix: 'azure_api_management',
    metrics: [
      metric('Requests', 'Total', 'Count', 'requests', 'Requests to the gateway'),
      metric('Duration', 'Average', 'MilliSeconds', 'duration_milliseconds', 'Time until a request is answered'),
      metric('BackendDuration', 'Average', 'MilliSeconds', 'backend_duration_milliseconds', 'Time spent in backends'),
      metric('Capacity', 'Average', 'Percent', 'capacity_percent', 'Use of the gateway'),
    ],
  },
  {
    type: 'LogicApp',
    prefix: 'azure_logic_app',
    metrics: [
      metric('RunsStarted', 'Total', 'Count', 'runs_started', 'Runs started'),
      metric('RunsSucceeded', 'Total', 'Count', 'runs_succeeded', 'Runs that succeeded'),
      metric('RunsFailed', 'Total', 'Count', 'runs_failed', 'Runs that failed'),
      metric('RunLatency', 'Average', 'Seconds', 'run_seconds', 'Time that a completed run took'),
    ],
  },
];
