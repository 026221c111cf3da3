// SPDX-License-Identifier: Apache-2.0
// Ports of an accelerator of cells, as the simulator's class of it has them.
#pragma once

#include <array>
#include <cstdint>

#ifndef PAYLOAD_BITS
#error "PAYLOAD_BITS: bits of the wide port without its 32 for shifts"
#endif

struct CellPorts {
    uint8_t clk_i = 0, rst_ni = 0, test_mode_i = 0;
    uint16_t evt_o = 0;
    uint8_t busy_o = 0, tcdm_req_o = 0, tcdm_gnt_i = 0, tcdm_wen_o = 0, tcdm_r_valid_i = 0;
    uint32_t tcdm_add_o = 0;
    std::array<uint8_t, PAYLOAD_BITS / 64 + 1> tcdm_be_o{};
    std::array<uint32_t, PAYLOAD_BITS / 32 + 1> tcdm_data_o{}, tcdm_r_data_i{};
    uint8_t periph_req_i = 0, periph_gnt_o = 0, periph_wen_i = 0, periph_be_i = 0, periph_r_valid_o = 0;
    uint32_t periph_add_i = 0, periph_data_i = 0, periph_r_data_o = 0;
    uint8_t periph_id_i = 0, periph_r_id_o = 0;

    // In the order of the file, regressions/synthesis/flat.py.
    std::array<void*, 12> inputs() {
        return {&clk_i,        &rst_ni,       &test_mode_i,  &tcdm_gnt_i,  tcdm_r_data_i.data(), &tcdm_r_valid_i,
                &periph_req_i, &periph_add_i, &periph_wen_i, &periph_be_i, &periph_data_i,       &periph_id_i};
    }
    std::array<void*, 11> outputs() {
        return {&evt_o,           &busy_o,       &tcdm_req_o,      &tcdm_add_o,       &tcdm_wen_o,   tcdm_be_o.data(),
                tcdm_data_o.data(), &periph_gnt_o, &periph_r_data_o, &periph_r_valid_o, &periph_r_id_o};
    }
};
