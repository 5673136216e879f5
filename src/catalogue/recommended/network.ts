import { hourly, metric, type RecommendedType } from './types.ts';

export const networkMetrics: readonly RecommendedType[] = [
  {
    type: 'ApplicationGateway',
    prefix: 'azure_application_gateway',
    metrics: [
      metric('TotalRequests', 'Total', 'Count', 'requests', 'Requests'),
      metric('FailedRequests', 'Total', 'Count', 'failed_requests', 'Requests that failed'),
      metric('HealthyHostCount', 'Average', 'Count', 'healthy_hosts', 'Backend hosts that are healthy'),
      metric('UnhealthyHostCount', 'Average', 'Count', 'unhealthy_hosts', 'Backend hosts that are not healthy'),
      metric('CurrentConnections', 'Total', 'Count', 'connections', 'Connections that are open'),
      metric('Throughput', 'Average', 'BytesPerSecond', 'throughput_bytes_per_second', 'Bytes served a second'),
    ],
  },
  {
    type: 'LoadBalancer',
    prefix: 'azure_load_balancer',
    metrics: [
      metric('VipAvailability', 'Average', 'Count', 'data_path_availability', 'Availability of the data path'),
      metric('DipAvailability', 'Average', 'Count', 'probe_health', 'Health of the backends as probed'),
      metric('ByteCount', 'Total', 'Bytes', 'traffic_bytes', 'Bytes transmitted'),
      metric(
        'SnatConnectionCount',
        'Total',
        'Count',
        'snat_connections',
        'Outbound connections by address translation',
      ),
    ],
  },
  {
    type: 'AzureFirewall',
    prefix: 'azure_firewall',
    metrics: [
      metric('FirewallHealth', 'Average', 'Percent', 'health_percent', 'Health of the firewall'),
      metric('DataProcessed', 'Total', 'Bytes', 'processed_bytes', 'Bytes processed'),
      metric('SNATPortUtilization', 'Average', 'Percent', 'snat_ports_percent', 'Share of the outbound ports in use'),
      metric('Throughput', 'Average', 'BitsPerSecond', 'throughput_bits_per_second', 'Bits processed a second'),
    ],
  },
  {
    type: 'PublicIpAddress',
    prefix: 'azure_public_ip',
    metrics: [
      metric('ByteCount', 'Total', 'Bytes', 'traffic_bytes', 'Bytes transmitted'),
      metric('PacketCount', 'Total', 'Count', 'packets', 'Packets transmitted'),
      metric('IfUnderDDoSAttack', 'Maximum', 'Count', 'under_attack', '1 while under a denial-of-service attack'),
    ],
  },
  {
    type: 'NatGateway',
    prefix: 'azure_nat_gateway',
    metrics: [
      metric('ByteCount', 'Total', 'Bytes', 'traffic_bytes', 'Bytes transmitted'),
      metric('PacketDropCount', 'Total', 'Count', 'dropped_packets', 'Packets that were dropped'),
      metric('SNATConnectionCount', 'Total', 'Count', 'snat_connections', 'Outbound connections'),
      metric('DatapathAvailability', 'Average', 'Count', 'data_path_availability', 'Availability of the data path'),
    ],
  },
  {
    type: 'ExpressRouteCircuit',
    prefix: 'azure_express_route',
    metrics: [
      metric('BitsInPerSecond', 'Average', 'BitsPerSecond', 'in_bits_per_second', 'Bits a second into Azure'),
      metric('BitsOutPerSecond', 'Average', 'BitsPerSecond', 'out_bits_per_second', 'Bits a second out of Azure'),
      metric('ArpAvailability', 'Average', 'Percent', 'arp_availability_percent', 'Availability of address resolution'),
      metric(
        'BgpAvailability',
        'Average',
        'Percent',
        'bgp_availability_percent',
        'Availability of the routing sessions',
      ),
    ],
  },
  {
    type: 'NetworkInterface',
    prefix: 'azure_network_interface',
    metrics: [
      metric('BytesReceivedRate', 'Total', 'Bytes', 'received_bytes', 'Bytes received'),
      metric('BytesSentRate', 'Total', 'Bytes', 'sent_bytes', 'Bytes sent'),
    ],
  },
  {
    type: 'FrontDoor',
    prefix: 'azure_front_door',
    metrics: [
      metric('RequestCount', 'Total', 'Count', 'requests', 'Requests'),
      metric('TotalLatency', 'Average', 'MilliSeconds', 'latency_milliseconds', 'Time until a request is answered'),
      metric('BackendHealthPercentage', 'Average', 'Percent', 'backend_health_percent', 'Backend probes that succeed'),
    ],
  },
  {
    type: 'Cdn',
    prefix: 'azure_cdn',
    metrics: [
      metric('RequestCount', 'Total', 'Count', 'requests', 'Requests'),
      metric('ResponseSize', 'Total', 'Bytes', 'response_bytes', 'Bytes of answers'),
      metric('TotalLatency', 'Average', 'MilliSeconds', 'latency_milliseconds', 'Time until a request is answered'),
    ],
  },
  {
    type: 'TrafficManager',
    prefix: 'azure_traffic_manager',
    metrics: [
      metric('QpsByEndpoint', 'Total', 'Count', 'queries', 'Queries answered'),
      metric(
        'ProbeAgentCurrentEndpointStateByProfileResourceId',
        'Maximum',
        'Count',
        'endpoint_state',
        '1 while the probe of an endpoint succeeds',
      ),
    ],
  },
  {
    type: 'DnsZone',
    prefix: 'azure_dns_zone',
    metrics: [
      hourly('QueryVolume', 'Total', 'Count', 'queries', 'Queries answered'),
      hourly('RecordSetCount', 'Maximum', 'Count', 'record_sets', 'Record sets'),
    ],
  },
];
