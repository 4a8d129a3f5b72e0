#ifndef TELEMETRY_ETHERNET_P4
#define TELEMETRY_ETHERNET_P4

const bit<16> ETHERTYPE_LLDP = 0x88cc;

const bit<9> CPU_PORT = 510;    // given to the switch as its CPU port
const bit<9> DROP_PORT = 511;   // what mark_to_drop writes to egress_spec

// A copy made by a multicast group: standard_metadata.instance_type, as the target sets it.
const bit<32> INSTANCE_REPLICATION = 5;

@controller_header("packet_in")
header packet_in_h {
    bit<9> ingress_port;
    bit<7> pad;
}

@controller_header("packet_out")
header packet_out_h {
    bit<9> egress_port;
    bit<7> pad;
}

header ethernet_h {
    bit<48> dst_addr;
    bit<48> src_addr;
    bit<16> ether_type;
}

#endif
