import { metric, type RecommendedMetric, type RecommendedType } from './types.ts';

const machine: readonly RecommendedMetric[] = [
  metric('Percentage CPU', 'Average', 'Percent', 'cpu_percent', 'Use of the virtual processors'),
  metric('Available Memory Bytes', 'Average', 'Bytes', 'available_memory_bytes', 'Memory that is free'),
  metric('Network In Total', 'Total', 'Bytes', 'network_in_bytes', 'Bytes received on all interfaces'),
  metric('Network Out Total', 'Total', 'Bytes', 'network_out_bytes', 'Bytes sent on all interfaces'),
  metric('Disk Read Bytes', 'Total', 'Bytes', 'disk_read_bytes', 'Bytes read from disk'),
  metric('Disk Write Bytes', 'Total', 'Bytes', 'disk_write_bytes', 'Bytes written to disk'),
];

export const computeMetrics: readonly RecommendedType[] = [
  {
    type: 'VirtualMachine',
    prefix: 'azure_vm',
    metrics: [
      ...machine,
      metric('VmAvailabilityMetric', 'Average', 'Count', 'availability', '1 while the machine is available'),
    ],
  },
  { type: 'VirtualMachineScaleSet', prefix: 'azure_vmss', metrics: machine },
  {
    type: 'KubernetesService',
    prefix: 'azure_aks',
    metrics: [
      metric('node_cpu_usage_percentage', 'Average', 'Percent', 'node_cpu_percent', 'Processor use of the nodes'),
      metric(
        'node_memory_working_set_percentage',
        'Average',
        'Percent',
        'node_memory_percent',
        'Memory use of the nodes, working set',
      ),
      metric('node_disk_usage_percentage', 'Average', 'Percent', 'node_disk_percent', 'Disk use of the nodes'),
      metric(
        'cluster_autoscaler_unschedulable_pods_count',
        'Average',
        'Count',
        'unschedulable_pods',
        'Pods that find no node',
      ),
    ],
  },
  {
    type: 'ContainerInstance',
    prefix: 'azure_container_instance',
    metrics: [
      metric('CpuUsage', 'Average', 'Count', 'cpu_millicores', 'Processor use in thousandths of a core'),
      metric('MemoryUsage', 'Average', 'Bytes', 'memory_bytes', 'Memory in use'),
    ],
  },
  {
    type: 'ContainerRegistry',
    prefix: 'azure_container_registry',
    metrics: [
      metric('TotalPullCount', 'Total', 'Count', 'pulls', 'Images pulled'),
      metric('SuccessfulPullCount', 'Total', 'Count', 'successful_pulls', 'Images pulled with success'),
      metric('TotalPushCount', 'Total', 'Count', 'pushes', 'Images pushed'),
      metric('SuccessfulPushCount', 'Total', 'Count', 'successful_pushes', 'Images pushed with success'),
    ],
  },
];
