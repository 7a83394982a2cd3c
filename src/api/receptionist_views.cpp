#include "api/receptionist_views.hpp"

namespace frontdesk::api {
namespace {

constexpr std::size_t kMostDifferences = 1000;

class Comparison {
 public:
  void compare(const std::string& pointer, const boost::json::value& before, const boost::json::value& after) {
    if (before == after || found_.size() >= kMostDifferences) return;
    if (before.is_object() && after.is_object()) return objects(pointer, before.get_object(), after.get_object());
    if (before.is_array() && after.is_array()) return arrays(pointer, before.get_array(), after.get_array());
    found_.push_back({pointer, before, after});
  }
  std::vector<DifferenceView> take() { return std::move(found_); }

 private:
  void objects(const std::string& pointer, const boost::json::object& before, const boost::json::object& after) {
    const auto at = [](const boost::json::object& object, std::string_view key) {
      const auto* found = object.if_contains(key);
      return found == nullptr ? boost::json::value() : *found;
    };
    for (const auto& [key, value] : before) compare(pointer + json::pointer_step(key), value, at(after, key));
    for (const auto& [key, value] : after)
      if (!before.contains(key)) compare(pointer + json::pointer_step(key), {}, value);
  }
  void arrays(const std::string& pointer, const boost::json::array& before, const boost::json::array& after) {
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i)
      compare(pointer + "/" + std::to_string(i), i < before.size() ? before[i] : boost::json::value(),
              i < after.size() ? after[i] : boost::json::value());
  }

  std::vector<DifferenceView> found_;
};

}  // namespace

VersionSummary summary_of(const settings::ConfigurationVersion& version) {
  return {version.number,      static_cast<VersionState>(version.state),
          version.author,      version.note,
          version.based_on,    version.updated_at,
          version.published_at};
}

std::vector<DifferenceView> differences(const boost::json::value& before, const boost::json::value& after) {
  Comparison comparison;
  comparison.compare("", before, after);
  return comparison.take();
}

}  // namespace frontdesk::api
