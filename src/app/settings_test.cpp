#include "app/settings.h"

#include <gtest/gtest.h>

#include "app/conditions.h"
#include "base/error.h"

namespace lab::app {

TEST(Settings, flags_win_over_environment_and_remember_where_they_came_from) {
  Settings settings;
  char variable[] = "DFLAB_OBJECTS_PORT=1234";
  char* environment[] = {variable, nullptr};
  settings.read_environment(environment);
  EXPECT_EQ(settings.port("objects.port"), 1234);
  EXPECT_EQ(settings.values().at("objects.port").origin, "environment DFLAB_OBJECTS_PORT");
  settings.set_flag("objects.port=99");
  EXPECT_EQ(settings.port("objects.port"), 99);
  EXPECT_EQ(settings.values().at("objects.port").origin, "flag");
}

TEST(Settings, an_unknown_key_is_an_error_with_a_suggestion) {
  Settings settings;
  try {
    settings.set_flag("objekts.port=9000");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kUnknownSetting);
    EXPECT_NE(error.message().find("objects.port"), std::string::npos);
  }
}

TEST(Settings, unnamed_ports_get_out_of_the_way_of_a_second_lab) {
  Settings settings;
  EXPECT_EQ(settings.port_out_of_the_way("hub.port"), 8000);
  settings.set_flag("objects.port=9100");
  EXPECT_EQ(settings.port_out_of_the_way("hub.port"), 0);
  EXPECT_EQ(settings.port_out_of_the_way("objects.console_port"), 0);
  settings.set_flag("hub.port=8000");
  EXPECT_EQ(settings.port_out_of_the_way("hub.port"), 8000);
}

TEST(Settings, reads_units_and_refuses_others) {
  Settings settings;
  settings.set_flag("history.keep=2h");
  EXPECT_EQ(settings.seconds("history.keep"), 7200);
  settings.set_flag("spark.memory=2GiB");
  EXPECT_EQ(settings.bytes("spark.memory"), std::int64_t{2} << 30);
  for (const char* wrong : {"history.keep=soon", "history.keep=-1s", "spark.memory=99999999999GiB", "spark.memory=1KB", "spark.memory=2 GiB", "spark.threads=-3", "spark.threads=99999999999",
                            "objects.port=70000", "profile=open"})
    EXPECT_THROW(settings.set_flag(wrong), Error) << wrong;
}

}  // namespace lab::app
