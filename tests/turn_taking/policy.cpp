#include "turn_taking/policy.hpp"

namespace frontdesk::turn_taking {
namespace {

using conversation::EndOfTurnPolicy;
using conversation::EndOfTurnSettings;

constexpr std::array kFactors = {0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0};
constexpr std::array kFixedMs = {200, 300, 400, 500, 600, 700, 800, 1000, 1200};

}  // namespace

std::vector<Trial> trials() {
  std::vector<Trial> all;
  for (const double factor : kFactors)
    all.push_back({"adaptive", factor, conversation::scaled(EndOfTurnSettings{}, factor)});
  for (const int ms : kFixedMs) {
    EndOfTurnSettings settings;
    settings.policy = EndOfTurnPolicy::fixed;
    settings.fixed = base::milliseconds(ms);
    all.push_back({"fixed", ms / 1000.0, settings});
  }
  return all;
}

}  // namespace frontdesk::turn_taking
