// What the program does beside answering calls: jobs, deliveries to webhooks, and watching itself for what somebody
// should be told of. Threads of their own, at a low priority.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "alerts/bell/bell.hpp"
#include "api/line_routes.hpp"
#include "app/back_office.hpp"
#include "app/doorbell.hpp"
#include "app/recording_store.hpp"
#include "blobs/s3/s3_store.hpp"
#include "cluster/ports.hpp"
#include "jobs/runner.hpp"
#include "outbound/client.hpp"
#include "webhooks/outbox/call_news.hpp"
#include "webhooks/outbox/stored_deliveries.hpp"

namespace frontdesk::app {

class Chores {
 public:
  struct Surroundings {
    BackOffice& back_office;
    std::shared_ptr<Doorbell> doorbell;
    std::function<std::vector<api::LineStatus>()> lines;
    std::function<std::string()> records_problem;            ///< empty: none
    std::shared_ptr<cluster::Cache> shared_state = nullptr;  ///< null: this machine is alone
    std::string machine;
    std::function<config::Retention()> retention = {};  ///< in force now
    RecordingStore* recordings = nullptr;               ///< none: recordings stay in the data folder
    std::vector<jobs::Kind> kinds = {};                 ///< beside the usual ones
  };
  static base::Result<std::unique_ptr<Chores>> start(const config::Config& config, Surroundings around);
  ~Chores();  ///< what is under way is done again later
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

 private:
  Chores(const config::Config& config, Surroundings around, std::unique_ptr<outbound::Client> client);
  void watch();
  alerts::Readings readings(base::UtcTime now);
  void read_database(alerts::Readings& readings, base::UtcTime now);
  void read_services(alerts::Readings& readings);
  std::vector<jobs::Kind> kinds(const config::Config& config) const;

  const Surroundings around_;
  const std::string data_folder_;
  store::Pool pool_;
  std::unique_ptr<outbound::Client> client_;
  std::unique_ptr<s3::S3Store> storage_;  ///< null: recordings stay on the disk
  std::string storage_problem_;
  base::Instant storage_at_{};
  alerts::Watch watch_;
  bell::Bell bell_;
  outbox::StoredDeliveries deliveries_;
  std::unique_ptr<sending::Sender> sender_;
  std::unique_ptr<jobs::Runner> runner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread watcher_;
};

/// Who is told of calls as they are written down.
std::shared_ptr<store::CallWitness> call_news(std::shared_ptr<const vault::KeyRing> keys,
                                              std::shared_ptr<Doorbell> doorbell);

}  // namespace frontdesk::app
