import { metric, type RecommendedType } from './types.ts';

export const messagingMetrics: readonly RecommendedType[] = [
  {
    type: 'ServiceBusNamespace',
    prefix: 'azure_service_bus',
    metrics: [
      metric('ActiveMessages', 'Average', 'Count', 'active_messages', 'Messages that wait in a queue or topic'),
      metric('DeadletteredMessages', 'Average', 'Count', 'dead_lettered_messages', 'Messages in the dead-letter queue'),
      metric('ScheduledMessages', 'Average', 'Count', 'scheduled_messages', 'Messages that are not due yet'),
      metric('IncomingMessages', 'Total', 'Count', 'incoming_messages', 'Messages sent to a queue or topic'),
      metric('OutgoingMessages', 'Total', 'Count', 'outgoing_messages', 'Messages received from a queue or topic'),
      metric('ServerErrors', 'Total', 'Count', 'server_errors', 'Requests that failed in Service Bus'),
      metric('ThrottledRequests', 'Total', 'Count', 'throttled_requests', 'Requests that were throttled'),
      metric('Size', 'Average', 'Bytes', 'size_bytes', 'Size of a queue or topic'),
    ],
  },
  {
    type: 'EventHubs',
    prefix: 'azure_event_hubs',
    metrics: [
      metric('IncomingMessages', 'Total', 'Count', 'incoming_messages', 'Events sent to an event hub'),
      metric('OutgoingMessages', 'Total', 'Count', 'outgoing_messages', 'Events read from an event hub'),
      metric('IncomingBytes', 'Total', 'Bytes', 'incoming_bytes', 'Bytes sent to an event hub'),
      metric('OutgoingBytes', 'Total', 'Bytes', 'outgoing_bytes', 'Bytes read from an event hub'),
      metric('ThrottledRequests', 'Total', 'Count', 'throttled_requests', 'Requests that were throttled'),
      metric('ServerErrors', 'Total', 'Count', 'server_errors', 'Requests that failed in Event Hubs'),
    ],
  },
  {
    type: 'IoTHub',
    prefix: 'azure_iot_hub',
    metrics: [
      metric('connectedDeviceCount', 'Average', 'Count', 'connected_devices', 'Devices that are connected'),
      metric('d2c.telemetry.ingress.success', 'Total', 'Count', 'telemetry_messages', 'Telemetry messages accepted'),
      metric('d2c.telemetry.ingress.sendThrottle', 'Total', 'Count', 'throttled_sends', 'Sends that were throttled'),
      metric('dailyMessageQuotaUsed', 'Maximum', 'Count', 'quota_messages', 'Messages counted on the quota of the day'),
    ],
  },
  {
    type: 'DeviceProvisioningService',
    prefix: 'azure_device_provisioning',
    metrics: [
      metric('RegistrationAttempts', 'Total', 'Count', 'registration_attempts', 'Registrations that devices tried'),
      metric('DeviceAssignments', 'Total', 'Count', 'device_assignments', 'Devices assigned to a hub'),
    ],
  },
];
