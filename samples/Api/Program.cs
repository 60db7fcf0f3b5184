using Api;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton<Users>().AddSingleton<Orders>();
builder.Services.AddRouteMiddleware()   // reads the section "RouteMiddleware" of appsettings.json
    .AddSession();

var app = builder.Build();

app.UseRouteMiddleware();               // the global list: request_id, timing, security_headers
app.UseDefaultFiles().UseStaticFiles(); // the page

app.MapGet("/health", () => "ok");
app.MapLogin();

var api = app.MapGroup("/api").WithMiddleware("api"); // the group "api" of the settings: auth, rate_limit:100/1m
api.MapOrders();
api.MapGet("/status", (Orders orders) => new { status = "ok", orders = orders.Count }).WithoutMiddleware("auth");

var admin = app.MapGroup("/admin").WithMiddleware("auth:admin", "rate_limit:10/1m");
admin.MapGet("/dashboard", (Orders orders, Users users) => new { orders = orders.Count, users = users.Count });

app.Run();
