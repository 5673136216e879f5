/** One dashboard of a service, for the metrics of `config/examples/<name>`. */
export interface DashboardRow {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Title, unit in Grafana's words, query (`{@}` selects by the common labels), legend. */
  readonly panels: readonly (readonly [title: string, unit: string, query: string, legend: string])[];
}

const entity = '{{instance_name}} {{entity_name}}';
const instance = '{{instance_name}}';
const byEntity = 'by (instance_name, entity_name)';
const byInstance = 'by (instance_name)';
const byNode = 'by (instance_name, node)';
const byDatabase = 'by (server, instance_name)';
const database = '{{server}} {{instance_name}}';

/** The dashboards of `dashboards/` beside the overview. A value of a total is that of the five minutes before. */
export const dashboards: readonly DashboardRow[] = [
  {
    name: 'service-bus',
    title: 'Azure Service Bus',
    about: 'Queues and topics of Service Bus namespaces.',
    panels: [
      ['Messages that wait', 'short', `sum ${byEntity} (azure_service_bus_active_messages{@})`, entity],
      ['Dead-lettered messages', 'short', `sum ${byEntity} (azure_service_bus_dead_lettered_messages{@})`, entity],
      ['Messages sent in 5 minutes', 'short', `sum ${byEntity} (azure_service_bus_incoming_messages{@})`, entity],
      ['Messages received in 5 minutes', 'short', `sum ${byEntity} (azure_service_bus_outgoing_messages{@})`, entity],
      ['Scheduled messages', 'short', `sum ${byEntity} (azure_service_bus_scheduled_messages{@})`, entity],
      ['Size', 'bytes', `sum ${byEntity} (azure_service_bus_size_bytes{@})`, entity],
      ['Failed requests in 5 minutes', 'short', `sum ${byInstance} (azure_service_bus_server_errors{@})`, instance],
      [
        'Throttled requests in 5 minutes',
        'short',
        `sum ${byInstance} (azure_service_bus_throttled_requests{@})`,
        instance,
      ],
    ],
  },
  {
    name: 'storage',
    title: 'Azure Storage',
    about: 'Storage accounts.',
    panels: [
      [
        'Requests in 5 minutes',
        'short',
        'sum by (instance_name, apiname) (azure_storage_transactions{@})',
        '{{instance_name}} {{apiname}}',
      ],
      [
        'Requests that failed in 5 minutes',
        'short',
        'sum by (instance_name, responsetype) (azure_storage_transactions{responsetype!="Success"} and azure_storage_transactions{@})',
        '{{instance_name}} {{responsetype}}',
      ],
      ['Availability', 'percent', `min ${byInstance} (azure_storage_availability_percent{@})`, instance],
      [
        'Latency with the network',
        'ms',
        'max by (instance_name, apiname) (azure_storage_latency_milliseconds{@})',
        '{{instance_name}} {{apiname}}',
      ],
      [
        'Latency in storage',
        'ms',
        'max by (instance_name, apiname) (azure_storage_server_latency_milliseconds{@})',
        '{{instance_name}} {{apiname}}',
      ],
      ['Written in 5 minutes', 'bytes', `sum ${byInstance} (azure_storage_ingress_bytes{@})`, instance],
      ['Read in 5 minutes', 'bytes', `sum ${byInstance} (azure_storage_egress_bytes{@})`, instance],
      ['Storage in use', 'bytes', `sum ${byInstance} (azure_storage_used_capacity_bytes{@})`, instance],
      [
        'Blobs',
        'short',
        'sum by (instance_name, blobtype) (azure_storage_blob_count{@})',
        '{{instance_name}} {{blobtype}}',
      ],
    ],
  },
  {
    name: 'sql',
    title: 'Azure SQL Database',
    about: 'SQL databases.',
    panels: [
      ['Processor', 'percent', `max ${byDatabase} (azure_sql_database_cpu_percent{@})`, database],
      ['Data input and output', 'percent', `max ${byDatabase} (azure_sql_database_data_io_percent{@})`, database],
      ['Log input and output', 'percent', `max ${byDatabase} (azure_sql_database_log_io_percent{@})`, database],
      ['Workers', 'percent', `max ${byDatabase} (azure_sql_database_workers_percent{@})`, database],
      ['Sessions', 'short', `max ${byDatabase} (azure_sql_database_sessions{@})`, database],
      ['Data space in use', 'bytes', `max ${byDatabase} (azure_sql_database_storage_bytes{@})`, database],
      ['Share of the data space', 'percent', `max ${byDatabase} (azure_sql_database_storage_percent{@})`, database],
      ['Deadlocks in 5 minutes', 'short', `sum ${byDatabase} (azure_sql_database_deadlocks{@})`, database],
      [
        'Failed connections in 5 minutes',
        'short',
        'sum by (server, instance_name, error) (azure_sql_database_failed_connections{@})',
        `${database} {{error}}`,
      ],
    ],
  },
  {
    name: 'aks',
    title: 'Azure Kubernetes Service',
    about: 'Clusters of AKS, as Azure sees them from outside.',
    panels: [
      ['Processor of nodes', 'percent', `max ${byNode} (azure_aks_node_cpu_percent{@})`, '{{instance_name}} {{node}}'],
      ['Memory of nodes', 'percent', `max ${byNode} (azure_aks_node_memory_percent{@})`, '{{instance_name}} {{node}}'],
      [
        'Disks of nodes',
        'percent',
        'max by (instance_name, node, device) (azure_aks_node_disk_percent{@})',
        '{{instance_name}} {{node}} {{device}}',
      ],
      [
        'Received by nodes',
        'bytes',
        `sum ${byNode} (azure_aks_node_network_in_bytes{@})`,
        '{{instance_name}} {{node}}',
      ],
      ['Sent by nodes', 'bytes', `sum ${byNode} (azure_aks_node_network_out_bytes{@})`, '{{instance_name}} {{node}}'],
      [
        'Conditions of nodes',
        'short',
        'sum by (instance_name, condition, status) (azure_aks_node_conditions{@})',
        '{{instance_name}} {{condition}} {{status}}',
      ],
      ['Pods by phase', 'short', 'sum by (instance_name, phase) (azure_aks_pods{@})', '{{instance_name}} {{phase}}'],
      ['Pods that no node can take', 'short', `sum ${byInstance} (azure_aks_unschedulable_pods{@})`, instance],
    ],
  },
  {
    name: 'app-service',
    title: 'Azure App Service',
    about: 'Web apps.',
    panels: [
      ['Requests in 5 minutes', 'short', `sum ${byInstance} (azure_web_app_requests{@})`, instance],
      [
        'Share of requests with 5xx',
        'percentunit',
        `sum ${byInstance} (azure_web_app_http_5xx{@}) / sum ${byInstance} (azure_web_app_requests{@})`,
        instance,
      ],
      ['Requests with 4xx in 5 minutes', 'short', `sum ${byInstance} (azure_web_app_http_4xx{@})`, instance],
      ['Time until the answer', 's', `max ${byInstance} (azure_web_app_response_time_seconds{@})`, instance],
      ['Processor time in 5 minutes', 's', `sum ${byInstance} (azure_web_app_cpu_seconds{@})`, instance],
      ['Memory of the average instance', 'bytes', `max ${byInstance} (azure_web_app_memory_bytes{@})`, instance],
      ['Health checks that succeed', 'percent', `min ${byInstance} (azure_web_app_health_percent{@})`, instance],
      ['Received in 5 minutes', 'bytes', `sum ${byInstance} (azure_web_app_received_bytes{@})`, instance],
      ['Sent in 5 minutes', 'bytes', `sum ${byInstance} (azure_web_app_sent_bytes{@})`, instance],
    ],
  },
];
